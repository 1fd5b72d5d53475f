import { Problem } from '@meterhouse/contract';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isLoopback } from '../config/index.ts';
import { type Authenticate, bearerOf, type Routes } from '../http/index.ts';
import type { HealthReport } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface TelemetryRoutesOptions {
  readonly metrics: Metrics;
  readonly health: () => Promise<HealthReport>;
  /** False before everything is up and from the moment the service begins to stop. */
  readonly isReady: () => boolean;
  readonly authenticate: Authenticate;
  readonly behindProxy: boolean;
  /** Tell everything to everybody. */
  readonly fromAnywhere: boolean;
}

const Status = Type.Object(
  {
    status: Type.Enum(['ok', 'failing']),
    checks: Type.Optional(
      Type.Record(Type.String(), Type.Object({ ok: Type.Boolean(), detail: Type.String() }), {
        description: 'For callers on loopback and operators only.',
      }),
    ),
  },
  { additionalProperties: false },
);
const Ready = Type.Object({ status: Type.Enum(['ready', 'not ready']) }, { additionalProperties: false });

/** `/healthz` (does the work get on?), `/readyz` (send requests here?) and `/metrics`. */
export function telemetryRoutes(options: TelemetryRoutesOptions): Routes {
  const { metrics, health, isReady } = options;
  const described = (operationId: string, summary: string) => ({ operationId, summary, tags: ['operation'] });
  return (app) => {
    app.get(
      '/healthz',
      {
        config: { access: 'public', noStore: true },
        schema: {
          ...described('getHealth', 'Whether the work gets on: nothing waits for too long'),
          response: { 200: Status, 503: Status },
        },
      },
      async (request, reply) => {
        const { ok, checks } = await health();
        const told = (await maySee(request, options)) ? { checks: { ...checks } } : {};
        return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', ...told });
      },
    );
    app.get(
      '/readyz',
      {
        config: { access: 'public', noStore: true },
        schema: {
          ...described('getReadiness', 'Whether requests may be sent here'),
          response: { 200: Ready, 503: Ready },
        },
      },
      async (_request, reply) => {
        if (isReady()) return { status: 'ready' as const };
        return reply.code(503).send({ status: 'not ready' as const });
      },
    );
    app.get(
      '/metrics',
      {
        config: { refuses: ['forbidden'], access: 'public', noStore: true },
        schema: {
          ...described('getMetrics', 'Figures for Prometheus; on loopback and for operators'),
          security: [{}, { bearer: [] }],
          response: {
            200: { description: 'Text format.', content: { 'text/plain': { schema: Type.String() } } },
          },
        },
      },
      async (request, reply) => {
        if (!(await maySee(request, options)))
          throw new Problem('forbidden', {
            detail: "Ask from the machine itself, or with an operator's access token.",
          });
        return reply.type(metrics.contentType).send(await metrics.text());
      },
    );
  };
}

async function maySee(request: FastifyRequest, options: TelemetryRoutesOptions): Promise<boolean> {
  if (options.fromAnywhere) return true;
  // A proxy on this machine that does not say for whom it asks would make everybody local.
  const direct = !options.behindProxy || request.headers['x-forwarded-for'] !== undefined;
  if (direct && isLoopback(request.ip)) return true;
  const bearer = bearerOf(request);
  if (bearer === undefined) return false;
  const caller = await options.authenticate(bearer).catch(() => undefined);
  return caller?.role === 'operator' && caller.agentId === undefined;
}
