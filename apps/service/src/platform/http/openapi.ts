import swagger from '@fastify/swagger';
import { ProblemDocument } from '@meterhouse/contract';
import type { FastifyContextConfig, FastifySchema } from 'fastify';
import Type from 'typebox';
import { leastRole } from './authenticate.ts';
import type { App } from './types.ts';

const problemAnswer = {
  description: 'A problem (RFC 9457): `code` says which, `errors` names every fault.',
  content: { 'application/problem+json': { schema: ProblemDocument } },
};

/** Describes every route that is added after this, and serves the description at `/openapi.json`. */
export async function describeRoutes(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Meterhouse',
        version,
        description: 'Usage metering for cloud providers: token gateway, registration, uploads, reports.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cspAuthToken: { type: 'apiKey', in: 'header', name: 'csp-auth-token' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: completed(schema, route.config), url }),
    transformObject: (described) => {
      const document = 'openapiObject' in described ? described.openapiObject : described.swaggerObject;
      nameHeads((document.paths ?? {}) as Paths);
      return document;
    },
  });

  app.get(
    '/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getOpenapi',
        summary: 'This description',
        tags: ['documentation'],
        response: { 200: Type.Unknown({ description: 'OpenAPI 3.1.' }) },
      },
    },
    async (_request, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}

type Paths = Readonly<Record<string, Record<string, { operationId?: string }>>>;

/** A route for GET and HEAD has one schema, but an operationId names one operation: HEAD's is `headDownloadReport`. */
function nameHeads(paths: Paths): void {
  for (const methods of Object.values(paths)) {
    const { get, head } = methods;
    const name = head?.operationId;
    if (head === undefined || name === undefined || name !== get?.operationId) continue;
    methods.head = { ...head, operationId: `head${name.charAt(0).toUpperCase()}${name.slice(1)}` };
  }
}

/** What follows from the route's access need not be said by each: how to authenticate, who may, and that problems come. */
function completed(schema: FastifySchema, config: FastifyContextConfig | undefined): FastifySchema {
  const access = config?.access ?? 'public';
  const told = { ...schema, response: { ...(schema.response as object), default: problemAnswer } };
  if (access === 'public') return { ...told, security: [] };
  const least = leastRole(access);
  const who = access === least ? `${least} and above` : `the meter itself, or a ${least} and above`;
  return {
    ...told,
    description: [schema.description, `Who: ${who}.`].filter(Boolean).join('\n\n'),
    security: [{ bearer: [] }, { cspAuthToken: [] }],
  };
}
