import type { ServerOptions } from 'node:https';
import fastify, { type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { listingKeywords } from '../listing/index.ts';
import { authenticateCallers } from './authenticate.ts';
import { takeBodies } from './bodies.ts';
import { answerClientErrors } from './client-error.ts';
import { allowOrigins } from './cross-origin.ts';
import { refuseUnknownPaths } from './not-found.ts';
import { describeRoutes } from './openapi.ts';
import { answerProblems, asProblem, sendProblem } from './problem-answer.ts';
import { requestId } from './request-id.ts';
import { RequestLog } from './request-log.ts';
import { RequestLogger } from './request-logger.ts';
import { ruleRoutes } from './route-rules.ts';
import { secureAnswers } from './security-headers.ts';
import type { App, Authenticate, Logger, Routes } from './types.ts';

export interface AppOptions {
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  /** The rooms' routes, each added in a scope of its own. */
  readonly routes: readonly Routes[];
  /** The base of links, without a slash at its end; asked at each use, as a port of 0 is known only after listening. */
  readonly publicUrl: () => string;
  /** The version that the OpenAPI document names. */
  readonly version: string;
  /** Told of each answer: method, the route's pattern (none for unknown paths), status, seconds. */
  readonly observe?: (method: string, route: string | undefined, status: number, seconds: number) => void;
  /** Believe the forwarded headers of the one proxy that stands directly in front. */
  readonly behindProxy?: boolean;
  /** Origins whose pages may call, such as `https://portal.example`; none at first. */
  readonly origins?: readonly string[];
  /** PEM texts; without them the app speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The longest that any request may take to arrive, an upload included, in seconds. */
  readonly longestRequestSeconds?: number;
}

/** A body that is not an upload; a registration has 300 bytes. */
const bodyLimit = 256 * 1024;

/**
 * The HTTP side of the service, ready for `inject()` and `listen()`: every route described, authenticated and held to the
 * house rules, every refusal a problem document.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const limits = {
    // A client that dribbles its headers or a body without end holds a connection no longer than this.
    headersTimeout: 15_000,
    requestTimeout: (options.longestRequestSeconds ?? 3600) * 1000,
    connectionsCheckingInterval: 5_000,
  };
  const { tls } = options;
  const server = {
    ...(tls === undefined ? { http: limits } : { https: { ...limits, ...tls, minVersion: 'TLSv1.2' } }),
    loggerInstance: options.logger,
    logController: new RequestLog(),
    childLoggerFactory: (log, bindings, options) => new RequestLogger(log, bindings, options),
    genReqId: requestId,
    requestIdHeader: false,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: 65_000,
    // Nothing moved in either direction: a reader that stopped reading, too.
    connectionTimeout: 300_000,
    bodyLimit,
    routerOptions: { maxParamLength: 200 },
    trustProxy: options.behindProxy === true ? (_address: string, hop: number) => hop === 0 : false,
    forceCloseConnections: 'idle',
    // Requests that still arrive on a kept connection while the service stops are answered like any other.
    return503OnClosing: false,
    clientErrorHandler: answerClientErrors(options.publicUrl),
    // No hook runs for an address that the router cannot read, so what every answer carries is set here.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(
        asProblem(error, request),
        request,
        reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' }),
        options.publicUrl(),
      ),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        verbose: true,
        strictTypes: false,
        keywords: ['x-fault', ...listingKeywords],
      },
    },
  } satisfies FastifyServerOptions & { http?: ServerOptions; https?: ServerOptions } as FastifyServerOptions;
  // The kind of server changes nothing that a room sees.
  const app = fastify(server) as unknown as App;

  // Hooks that wait for nothing call back: a promise for each of them would be made for every request.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (request.routeOptions.config?.noStore === true) reply.header('cache-control', 'no-store');
    done();
  });
  const { observe } = options;
  if (observe !== undefined)
    app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
      observe(method, routeOptions.url, reply.statusCode, reply.elapsedTime / 1000);
      done();
    });
  answerProblems(app, options.publicUrl);
  secureAnswers(app, tls !== undefined);
  await allowOrigins(app, options.origins ?? []);
  refuseUnknownPaths(app);
  ruleRoutes(app);
  authenticateCallers(app, options.authenticate);
  takeBodies(app);
  await describeRoutes(app, options.version);
  for (const routes of options.routes) await app.register(async (scope) => routes(scope as unknown as App));
  return app;
}
