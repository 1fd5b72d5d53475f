import { type ProblemCode, ProblemDocument, problems } from '@meterhouse/contract';
import type { FastifyContextConfig, FastifySchema } from 'fastify';
import type { Described, DescribedAnswer } from './described.ts';

/** What of a route decides how it may refuse. */
export interface RefusingRoute {
  readonly method: string;
  readonly schema: FastifySchema;
  readonly config: FastifyContextConfig | undefined;
}

type Fields = { readonly properties?: Readonly<Record<string, unknown>>; readonly type?: unknown };

/**
 * Every problem that a route may answer with: most follow from what it takes and who may call it, the others it names itself
 * in `config.refuses`. The tests of the whole service fail on an answer that is not described.
 */
export function refusalsOf({ method, schema, config }: RefusingRoute): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>(config?.refuses ?? []);
  const add = (...more: ProblemCode[]) => {
    for (const code of more) codes.add(code);
  };
  const { params, querystring, headers, body } = schema as Readonly<Record<string, Fields | undefined>>;
  const has = (part: Fields | undefined, field: string) => part?.properties?.[field] !== undefined;
  const changes = method !== 'GET' && method !== 'HEAD';
  const guarded = config?.access !== undefined && config.access !== 'public';
  if (params !== undefined) add('not-found');
  if ([params, querystring, headers, body].some((part) => part !== undefined)) add('invalid-request');
  if (body !== undefined || config?.body === 'stream')
    add('body-too-large', 'unsupported-media-type', 'request-timeout');
  if (body !== undefined) add('malformed-json');
  // An operator may name any organisation by a header, so also one that there is not.
  if (guarded) add('unauthenticated', 'forbidden', 'organisation-unknown');
  if (changes && guarded) add('storage-low');
  if (has(body, 'sequence') || has(querystring, 'sequence')) add('sequence-conflict');
  if (has(headers, 'idempotency-key'))
    for (const code of Object.keys(problems) as ProblemCode[]) if (/^idempotency-/.test(code)) add(code);
  // The developer pages are held in memory, the same for everybody.
  if (!schema.tags?.includes('documentation')) add('internal', 'unavailable', 'rate-limited');
  return [...codes].sort();
}

/** By status: a description, the problems that come with it as examples, and the headers that tell what to do. */
export function describeRefusals(
  codes: readonly ProblemCode[],
  components: Record<string, DescribedAnswer>,
): Record<string, DescribedAnswer> {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => {
      // Answers that are alike are described once.
      const name = those.map(pascalCase).join('Or');
      components[name] ??= answerOf(status, those);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function answerOf(status: number, codes: readonly ProblemCode[]): DescribedAnswer {
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join('\n\n'),
    headers: headersOf(status),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          codes.map((code) => [code, { summary: problems[code].title, value: exampleProblem(code) }]),
        ),
      },
    },
  };
}

/** What a refusal with this status says in its headers. */
export function headersOf(status: number): Record<string, Described> {
  const header = (description: string, example: string) => ({
    description,
    schema: { type: 'string', examples: [example] },
  });
  return {
    ...([429, 503, 507].includes(status) && {
      'Retry-After': header('Seconds to wait before the next try.', '10'),
    }),
    ...(status === 401 && {
      'WWW-Authenticate': header('How to authenticate (RFC 6750).', 'Bearer realm="meterhouse"'),
    }),
  };
}

function exampleProblem(code: ProblemCode): object {
  const { title, status } = problems[code];
  return {
    type: `https://usage.example.com/docs/problems/${code}`,
    title,
    status,
    code,
    requestId: '8bd35cd2-31c5-4d0a-9a52-0b4f7a1c6c11',
    ...(code === 'invalid-request' && { errors: [{ pointer: '/label', message: 'must not be empty' }] }),
  };
}

/** `not-found` as `NotFound`. */
function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The shared schema of refusals. */
export const problemSchema: Described = structuredClone(ProblemDocument) as unknown as Described;
