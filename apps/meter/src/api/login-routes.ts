import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Time } from '../time/index.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import { sessionIdOf } from './authenticate.ts';
import { ApiError } from './errors.ts';
import { fewAtOnce } from './few-at-once.ts';
import type { Session, Sessions } from './sessions.ts';

export interface LoginOptions {
  readonly sessions: Sessions;
  readonly attempts: AttemptLimits;
  readonly checkLogin: (user: string, password: string) => Promise<boolean>;
  readonly time: Time;
}

const Body = Type.Object({
  user: Type.String({ minLength: 1, maxLength: 256 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
});

/**
 * Both published forms: user and password in the body are answered with 202 and a `sessionid`; the header `Authorization: Basic`
 * with 200 and an access token. It is the same session, and either header takes it.
 */
export function loginRoutes(
  app: FastifyInstance,
  { sessions, attempts, checkLogin, time }: LoginOptions,
): void {
  // A check takes 32 MiB and a fifth of a second on purpose.
  const checking = fewAtOnce(2, 20, 'Too many are logging in at this moment.');

  const byHeader = new WeakSet<FastifyRequest>();

  app.post<{ Body: Static<typeof Body> }>(
    '/api/v1/login',
    {
      schema: { body: Body },
      preValidation: async (request) => {
        if (request.body !== undefined) return;
        const basic = basicOf(request.headers.authorization);
        if (basic !== undefined) byHeader.add(request);
        request.body = (basic ?? {}) as Static<typeof Body>;
      },
    },
    async (request, reply) => {
      await attempts.admit(request.ip);
      const { user, password } = request.body;
      if (!(await checking(() => checkLogin(user, password)))) {
        await attempts.failed(request.ip);
        throw new ApiError('GW_LOGIN_FAILED', 'User or password is wrong.');
      }
      const session = sessions.open();
      if (byHeader.has(request)) return tokenAnswer(session, time.now());
      return reply.code(202).send({ data_usage_acceptance: true, http_proxy: false, sessionid: session.id });
    },
  );

  app.post('/api/v1/logout', async (request, reply) => {
    sessions.end(sessionIdOf(request)!);
    return reply.code(204).send();
  });
}

function tokenAnswer({ id, expiresAt }: Session, now: number) {
  return {
    accessToken: {
      tokenValue: id,
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
      tokenType: { value: 'Bearer' },
      scopes: [],
    },
    refreshToken: null,
    additionalParameters: {},
  };
}

function basicOf(authorization = ''): { user: string; password: string } | undefined {
  const text = /^Basic +([A-Za-z0-9+/=]{1,4096})$/i.exec(authorization)?.[1];
  if (text === undefined) return undefined;
  const [user = '', ...password] = Buffer.from(text, 'base64').toString('utf8').split(':');
  return { user, password: password.join(':') };
}
