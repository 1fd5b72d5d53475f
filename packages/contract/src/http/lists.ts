import Type, { type Static, type TSchema } from 'typebox';

/**
 * Lists of the management API: one way to page, filter and sort, whatever is listed (docs/management-api.md).
 */

/** What a list can be filtered and sorted by; a list of words is an enumeration. */
export type SelectorType = 'text' | 'uuid' | 'instant' | 'integer' | readonly string[];
/** Selectors by their names, which are those of the item's fields. */
export type Selectors = Readonly<Record<string, SelectorType>>;

export const FILTER_CHARACTERS = 1024;
export const FILTER_DEPTH = 8;
export const FILTER_COMPARISONS = 32;

/**
 * The query of a list, in which everything is text. The selectors stand in the schema, so that the validator checks filter and
 * sort together with the rest, and whoever reads the OpenAPI document sees what there is.
 *
 * @param usualSort what the list is sorted by when the caller does not say
 */
export function listQuery(selectors: Selectors, usualSort: string) {
  const names = Object.keys(selectors).join(', ');
  return Type.Object(
    {
      limit: Type.Optional(
        Type.String({
          pattern: '^([1-9][0-9]?|1[0-9]{2}|200)$',
          'x-fault': 'must be a number from 1 to 200',
          description: 'How many items a page has at most, 50 unless said.',
          examples: ['50'],
        }),
      ),
      cursor: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_-]{16,8192}$',
          'x-fault': 'must be the nextCursor of an earlier page',
          description: 'The `nextCursor` of the page before, asked with the same `filter` and `sort`.',
        }),
      ),
      sort: Type.Optional(
        Type.String({
          'x-sort': selectors,
          description: `By any of ${names}; \`-\` before a name sorts downwards. Usually \`${usualSort}\`.`,
          examples: [usualSort],
        }),
      ),
      filter: Type.Optional(
        Type.String({
          'x-filter': selectors,
          description:
            `RSQL on ${names}: \`==\` and \`!=\` (\`*\` in text stands for any characters), \`=gt=\`, \`=ge=\`, \`=lt=\`, ` +
            '`=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses.',
        }),
      ),
    },
    { additionalProperties: false },
  );
}
export type ListQuery = Static<ReturnType<typeof listQuery>>;

/** A page of a list; `nextCursor` is left out on the last one. */
export const pageOf = <Item extends TSchema>(Item: Item) =>
  Type.Object(
    { items: Type.Array(Item), nextCursor: Type.Optional(Type.String()) },
    { additionalProperties: false },
  );
export interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

/** Counts every change of an item; a change must name the one it saw. */
export const Sequence = Type.Integer({
  minimum: 1,
  maximum: 999_999_999,
  description: 'Counts every change; a change must name the one it saw.',
  examples: [1],
});

/** Of a DELETE: in a query everything is text. */
export const SequenceQuery = Type.Object(
  {
    sequence: Type.String({
      pattern: '^[1-9][0-9]{0,8}$',
      'x-fault': 'must be the sequence as you saw it',
      examples: ['1'],
    }),
  },
  { additionalProperties: false },
);
export const SequenceBody = Type.Object({ sequence: Sequence }, { additionalProperties: false });

/** What every item of the management API tells of its life. */
export const lifeFields = {
  sequence: Sequence,
  createdAt: Type.String({ examples: ['2023-01-01T05:00:00.000Z'] }),
  modifiedAt: Type.String({ examples: ['2023-01-01T05:00:00.000Z'] }),
};
