import { type Static, Type } from 'typebox';

/**
 * Shapes that every path uses. Texts carry `x-fault`: what a person is told when the text does not fit, in place of the
 * validator's words. Hours, months and instants have one spelling, that of the usage package.
 */

/** Of an object: a field that nobody knows is a fault, not a thing to pass over. */
export const strict = { additionalProperties: false } as const;

/** A text of no particular form, and one that shows what it looks like. */
export const shown = (example: string, description?: string) =>
  Type.String({ ...(description === undefined ? {} : { description }), examples: [example] });

/** A UUID in a path or a body: either case is taken, the service writes lower case. */
export const AnyCaseUuid = Type.String({
  pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
  'x-fault': 'must be a UUID such as 88531d1c-296e-4b47-8431-c0e8182148e7',
  examples: ['88531d1c-296e-4b47-8431-c0e8182148e7'],
});

/** The year and the month of a path, `/2023/1` or `/2023/01`. */
export const PathYear = Type.String({
  pattern: '^[0-9]{4}$',
  'x-fault': 'must be a year of four digits',
  examples: ['2023'],
});
export const PathMonth = Type.String({
  pattern: '^(0?[1-9]|1[0-2])$',
  'x-fault': 'must be a month from 1 to 12',
  examples: ['1'],
});

/** A tab or a line feed in a name would forge a column or a row of a report; half a surrogate pair is no text to store. */
const noControlCharacters = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]*$';

/** A human name, free of control characters. */
export const nameOf = (maxLength: number, ...examples: readonly string[]) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: noControlCharacters,
    'x-fault': 'must not contain control characters such as tabs or line feeds',
    ...(examples.length === 0 ? {} : { examples }),
  });
/** The same, or empty for none. */
export const nameOrNoneOf = (maxLength: number, ...examples: readonly string[]) =>
  Type.String({
    maxLength,
    pattern: noControlCharacters,
    'x-fault': 'must not contain control characters such as tabs or line feeds',
    ...(examples.length === 0 ? {} : { examples }),
  });
/** What people call a meter. */
export const Label = nameOf(512, 'um46-reg-demo');

export const ContractNumber = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  'x-fault': 'must be 1 to 64 letters, digits, dots, dashes or underscores',
  examples: ['1012345'],
});

/** An instant as the service writes it. */
export const Timestamp = Type.String({ examples: ['2023-01-01T05:00:00.000Z'] });

export const RoleName = Type.Enum(['operator', 'administrator', 'reporter', 'reader']);

/** Headers that every guarded path takes; others are none of ours. */
const organisation = Type.Optional(
  Type.String({
    maxLength: 2048,
    description:
      'For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).',
    examples: ['Acme Cloud'],
  }),
);
export const CallHeaders = Type.Object(
  { 'meterhouse-organisation': organisation },
  { additionalProperties: true },
);

/** Of every POST, PATCH and DELETE of the management API. */
export const ChangeHeaders = Type.Object(
  {
    'meterhouse-organisation': organisation,
    'idempotency-key': Type.Optional(
      Type.String({
        pattern: '^[ -~]{1,128}$',
        'x-fault': 'must be 1 to 128 printable ASCII characters',
        description:
          'Kept for 24 hours: the same request with the same key is answered again and not made again.',
        examples: ['6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11'],
      }),
    ),
  },
  { additionalProperties: true },
);

/** One fault of a request and where it is. */
export const ProblemFault = Type.Object(
  {
    pointer: Type.String({
      description:
        'A JSON pointer into the body (`/siteName`; empty: the body itself), or `path/…`, `query/…`, `header/…` for a parameter.',
    }),
    message: shown('must not be empty'),
  },
  { additionalProperties: false },
);
export type ProblemFault = Static<typeof ProblemFault>;

/** `application/problem+json`, RFC 9457. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: 'The page that explains this problem.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; compare this one.' }),
    detail: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(ProblemFault, { description: 'Every fault of the request.' })),
  },
  { additionalProperties: true },
);
export type ProblemDocument = Static<typeof ProblemDocument>;
