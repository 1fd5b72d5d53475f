import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Time } from '../time/index.ts';
import { sessionIdOf } from './authenticate.ts';
import type { MeterControl } from './control.ts';
import { ApiError } from './errors.ts';
import { healthOf } from './health.ts';
import { isLoopback } from './listen.ts';
import type { Metrics } from './metrics.ts';
import type { Sessions } from './sessions.ts';

export interface TelemetryOptions {
  readonly control: MeterControl;
  readonly metrics: Metrics;
  readonly sessions: Sessions;
  readonly time: Time;
  /** False from the moment the API begins to close. */
  readonly isReady: () => boolean;
}

/** `/healthz` (does the work get on?), `/readyz` (send requests here?) and `/metrics`; details on loopback or with a session. */
export function telemetryRoutes(app: FastifyInstance, options: TelemetryOptions): void {
  const { control, metrics, sessions, time, isReady } = options;
  const maySee = (request: FastifyRequest) => {
    if (isLoopback(request.ip)) return true;
    const id = sessionIdOf(request);
    return id !== undefined && sessions.holds(id);
  };

  app.get('/healthz', async (request, reply) => {
    const { ok, checks } = healthOf(await control.status(), time);
    return reply
      .code(ok ? 200 : 503)
      .send({ status: ok ? 'ok' : 'failing', ...(maySee(request) ? { checks } : {}) });
  });

  app.get('/readyz', async (_request, reply) =>
    isReady() ? { status: 'ready' } : reply.code(503).send({ status: 'not ready' }),
  );

  app.get('/metrics', async (request, reply) => {
    if (!maySee(request))
      throw new ApiError('GW_FORBIDDEN', 'Ask from the machine itself, or with a session.');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
