import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { CloudAuth, MeterControl } from './control.ts';

const Body = Type.Object({
  accessToken: Type.String({
    maxLength: 1024,
    pattern: '^UMA:[A-Za-z0-9_-]+$',
    'x-fault': 'must be an activation token, which begins with UMA:',
  }),
});

export function cloudAuthRoutes(app: FastifyInstance, control: MeterControl): void {
  app.get('/api/v1/cloud-auth', async () => toldAuth(await control.cloudAuth()));

  app.put<{ Body: Static<typeof Body> }>(
    '/api/v1/cloud-auth',
    { schema: { body: Body } },
    async ({ body }, reply) => {
      await control.activate(body.accessToken);
      return reply.code(202).send(toldAuth(await control.cloudAuth()));
    },
  );
}

function toldAuth({ service, organisation, registration, epoch }: CloudAuth) {
  return {
    activated: registration !== undefined,
    service: service ?? null,
    organisation: organisation ?? null,
    registration: registration ?? null,
    epoch: epoch ?? null,
  };
}
