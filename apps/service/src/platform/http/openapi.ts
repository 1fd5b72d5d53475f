import swagger from '@fastify/swagger';
import type { ProblemCode } from '@meterhouse/contract';
import type { FastifyContextConfig, FastifySchema } from 'fastify';
import Type from 'typebox';
import { leastRole } from './authenticate.ts';
import type {
  Described,
  DescribedAnswer,
  DescribedDocument,
  DescribedMedia,
  DescribedOperation,
} from './described.ts';
import { withExamples } from './examples.ts';
import { openapiInfo } from './openapi-info.ts';
import { describeRefusals, headersOf, problemSchema, refusalsOf } from './refusals.ts';
import type { App } from './types.ts';

/** What is known of an operation beside its schema, such as of `GET /api/v1/meters/{agentId}`. */
interface Sayings {
  readonly refuses: readonly ProblemCode[];
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** The types of a body that has no schema, such as a package's. */
  readonly takes: readonly string[];
}
type SayingsByOperation = Map<string, Sayings>;
const nothingSaid: Sayings = { refuses: [], answerHeaders: {}, takes: [] };

/** Describes every route that is added after this, and serves the description at `/openapi.json`. */
export async function describeRoutes(app: App, version: string): Promise<void> {
  const sayings: SayingsByOperation = new Map();
  await app.register(swagger, {
    openapi: openapiInfo(version),
    transform: ({ schema, url, route }) => {
      const path = url.replaceAll(/:(\w+)/g, '{$1}');
      for (const method of [route.method].flat()) {
        const refuses = refusalsOf({ method, schema, config: route.config });
        const takes = schema?.body === undefined ? (schema?.consumes ?? []) : [];
        sayings.set(`${method} ${path}`, {
          refuses,
          answerHeaders: answerHeadersOf(schema, route.config),
          takes,
        });
      }
      return { schema: completed(schema, route.config), url };
    },
    transformObject: (described) =>
      finished(
        ('openapiObject' in described ? described.openapiObject : described.swaggerObject) as never,
        sayings,
      ) as never,
  });

  let text: string | undefined;
  app.get(
    '/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getOpenapi',
        summary: 'This description',
        tags: ['documentation'],
        response: {
          200: Type.Unsafe<string>(
            Type.Object({}, { additionalProperties: true, description: 'OpenAPI 3.1.' }),
          ),
        },
      },
    },
    async (_request, reply) => {
      text ??= JSON.stringify(app.swagger());
      return reply.type('application/json').send(text);
    },
  );
}

/** What follows from the route's access need not be said by each: how to authenticate, and who may. */
function completed(schema: FastifySchema, config: FastifyContextConfig | undefined): FastifySchema {
  const access = config?.access ?? 'public';
  if (access === 'public') return { security: [], ...schema } as FastifySchema;
  const least = leastRole(access);
  const who = access === least ? `${least} and above` : `the meter itself, or a ${least} and above`;
  return {
    ...schema,
    description: [schema.description, `Who: ${who}.`].filter(Boolean).join('\n\n'),
    security: [{ bearer: [] }, { cspAuthToken: [] }],
  };
}

/** Adds what is said of every operation in the same way: refusals, headers, examples, and the tags that are used. */
function finished(document: DescribedDocument, sayings: SayingsByOperation): DescribedDocument {
  const responses: Record<string, DescribedAnswer> = {};
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => {
          const said = sayings.get(`${method.toUpperCase()} ${path}`) ?? nothingSaid;
          const named =
            method === 'head' ? { ...operation, operationId: headName(operation, methods.get) } : operation;
          return [method, finishedOperation(named as DescribedOperation, said, responses)];
        }),
      ),
    ]),
  );
  const used = new Set(
    Object.values(paths).flatMap((methods) => Object.values(methods).flatMap(({ tags }) => tags ?? [])),
  );
  const components = (document.components ?? {}) as Described;
  return {
    ...document,
    tags: (document.tags ?? []).filter(({ name }) => used.has(name)),
    paths,
    components: {
      ...components,
      schemas: { ...(components.schemas as object), Problem: problemSchema },
      responses: Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** A route for GET and HEAD has one schema, but an operationId names one operation: HEAD's is `headDownloadReport`. */
function headName({ operationId }: DescribedOperation, get: DescribedOperation | undefined) {
  if (operationId === undefined || operationId !== get?.operationId) return operationId;
  return `head${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
}

function finishedOperation(
  operation: DescribedOperation,
  { refuses, answerHeaders, takes }: Sayings,
  components: Record<string, DescribedAnswer>,
): DescribedOperation {
  const { '4XX': compatible, ...own } = operation.responses;
  const refusals =
    compatible === undefined ? describeRefusals(refuses, components) : inCompatibleShape(refuses, compatible);
  // A route may describe a refusal itself, such as the 503 of /healthz.
  const answers = Object.entries({ ...refusals, ...own }).map(([status, answer]) => [
    status,
    status in own ? finishedAnswer(operation, status, answer, answerHeaders) : answer,
  ]);
  const { requestBody } = operation;
  return {
    ...operation,
    ...(takes.length > 0 && { requestBody: bytesOf(takes) }),
    ...(requestBody?.content && {
      requestBody: { ...requestBody, content: withExamples(requestBody.content) },
    }),
    responses: Object.fromEntries(answers),
  };
}

/** A body that is taken as it comes. OpenAPI 3.1 describes bytes by their type alone. */
function bytesOf(types: readonly string[]) {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function finishedAnswer(
  { summary = '' }: DescribedOperation,
  status: string,
  answer: DescribedAnswer,
  answerHeaders: Sayings['answerHeaders'],
): DescribedAnswer {
  const headers = {
    ...(Number(status) < 400 ? Object.fromEntries(Object.entries(answerHeaders).map(describedHeader)) : {}),
    ...(status === '201' && Object.fromEntries([describedHeader(['Location', 'Where it is now.'])])),
    ...answer.headers,
  };
  return {
    ...answer,
    // What the plugin says of an answer that has no words of its own.
    ...(answer.description === 'Default Response' && { description: `${summary}.` }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(answer.content && { content: withExamples(answer.content) }),
  };
}

function describedHeader([name, description]: [string, string]): [string, Described] {
  return [name, { description, schema: { type: 'string' } }];
}

/** Every change that may carry a key may also be the answer of before. */
function answerHeadersOf(schema: FastifySchema, config: FastifyContextConfig | undefined) {
  const { properties } = (schema.headers ?? {}) as { properties?: Readonly<Record<string, unknown>> };
  const isChange = properties?.['idempotency-key'] !== undefined;
  const makes = ['201', '202'].some((status) => status in ((schema.response ?? {}) as object));
  return {
    ...(isChange
      ? { 'Idempotency-Replayed': '`true` when this is the answer that the key got before.' }
      : {}),
    ...(isChange && makes ? { Location: 'The address of what was made.' } : {}),
    ...config?.answerHeaders,
  };
}

/** The published shape, with each status that comes in it. */
function inCompatibleShape(
  codes: readonly ProblemCode[],
  { description, content }: DescribedAnswer,
): Record<string, DescribedAnswer> {
  const answers = describeRefusals(codes, {});
  return Object.fromEntries(
    Object.keys(answers).map((status) => [
      status,
      {
        description: description ?? 'Refused.',
        headers: headersOf(Number(status)),
        content: withExamples(content as Record<string, DescribedMedia>),
      },
    ]),
  );
}
