import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import { makeFolder } from '@meterhouse/metering/make-folder';
import fastify, { type FastifyBaseLogger, type FastifyHttpsOptions, type FastifyInstance } from 'fastify';
import type { JournalStore } from '../journal/index.ts';
import { REAL_TIME, type Time } from '../time/index.ts';
import { agentInfoRoutes } from './agent-info-routes.ts';
import {
  answerClientError,
  answerErrors,
  asApiError,
  refuseUnknownPaths,
  sendError,
} from './answer-errors.ts';
import { createAttemptLimits } from './attempt-limits.ts';
import { auditRoutes } from './audit-routes.ts';
import { requireSessions } from './authenticate.ts';
import { takeBodies } from './bodies.ts';
import { ApiSetUpError, type GivenFiles } from './certificate.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { cloudAuthRoutes } from './cloud-auth-routes.ts';
import type { MeterControl } from './control.ts';
import { deanonymiseRoutes } from './deanonymise-routes.ts';
import { journalRoutes } from './journal-routes.ts';
import { parseListen, USUAL_LISTEN } from './listen.ts';
import { loginRoutes } from './login-routes.ts';
import { createMetrics } from './metrics.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { ProductIds } from './product-ids.ts';
import { productRoutes } from './product-routes.ts';
import { RequestLog } from './request-log.ts';
import { ruleRoutes } from './rule-routes.ts';
import { Sessions } from './sessions.ts';
import { showCertificate } from './show-certificate.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { usageDataRoutes } from './usage-data-routes.ts';

export interface ApiOptions {
  readonly control: MeterControl;
  readonly journal: JournalStore;
  /** The meter's directory, readable by its owner only: the API's certificate and its numbers of products lie there. */
  readonly dir: string;
  /**
   * Whether this is the user and the password. Must cost an attacker (scrypt) and take the same time whatever is wrong; false
   * when no password was ever set.
   */
  readonly checkLogin: (user: string, password: string) => Promise<boolean>;
  /** `host:port`; 127.0.0.1:8443 without it. Whatever the address, it is always TLS. */
  readonly listen?: string | undefined;
  /** PEM files; without them a certificate is made. */
  readonly tls?: GivenFiles | undefined;
  readonly time?: Time;
  /** One line a request, without query, body or headers; silent without it. */
  readonly logger?: FastifyBaseLogger;
}

export interface Api {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the certificate that is shown now, in pairs with colons. */
  readonly fingerprint: string;
  /** Takes no more connections, lets requests under way end for 5 s, then cuts them. */
  close(): Promise<void>;
}

/** A body that is no report; 10,000 rules have 2 MB. */
const BODY_LIMIT = 4 * 1024 * 1024;
const CLOSING_MS = 5_000;

const security = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  // It would hold for every port of this host name, other people's too.
  strictTransportSecurity: false,
} as const;

/**
 * The meter's own HTTP API, listening: the published appliance API and /healthz, /readyz, /metrics.
 * @throws ApiSetUpError when it cannot listen or its certificate cannot be used; every reason in `faults`
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { control, journal, dir, checkLogin, tls, time = REAL_TIME } = options;
  const listen = options.listen ?? USUAL_LISTEN;
  const address = parseListen(listen);
  if (address === undefined)
    throw new ApiSetUpError([
      `The API cannot listen at "${listen}": it takes host:port, such as ${USUAL_LISTEN}.`,
    ]);
  await makeFolder(dir, 0o700);
  const certificate = await showCertificate({ dir, host: address.host, given: tls, time, journal });
  let ready = true;
  const sessions = new Sessions(time);
  const metrics = createMetrics(control, journal, time);
  const ids = await ProductIds.open(dir);
  const app = createApp(certificate.current(), options.logger);

  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) =>
    metrics.observe(method, url, statusCode, elapsedTime / 1000),
  );
  answerErrors(app);
  // Before any hook that refuses, so that refusals carry the headers too.
  await app.register(helmet, security);
  refuseUnknownPaths(app);
  requireSessions(app, sessions);
  takeBodies(app);
  const attempts = createAttemptLimits((from) =>
    journal.note({ code: 'login-guessing', message: `Many wrong logins at the API from ${from}.` }),
  );
  loginRoutes(app, { sessions, attempts, checkLogin, time });
  productRoutes(app, control, ids);
  certificateRoutes(app, control, ids);
  journalRoutes(app, control, journal, ids);
  ruleRoutes(app, control, ids);
  auditRoutes(app, control, ids);
  privacyRoutes(app, control);
  await deanonymiseRoutes(app, control, dir);
  usageDataRoutes(app, control);
  cloudAuthRoutes(app, control);
  agentInfoRoutes(app, control);
  telemetryRoutes(app, { control, metrics, sessions, time, isReady: () => ready });

  try {
    await app.listen({ host: address.host, port: address.port });
  } catch (error) {
    await app.close();
    throw new ApiSetUpError([`The API cannot listen at ${listen}: ${(error as Error).message}.`]);
  }
  const server = app.server as unknown as Server;
  certificate.keep(server);
  return {
    host: address.host,
    port: (server.address() as AddressInfo).port,
    get fingerprint() {
      return certificate.current().fingerprint;
    },
    async close() {
      ready = false;
      certificate.stop();
      const limit = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
      await app.close();
      clearTimeout(limit);
    },
  };
}

function createApp(
  { cert, key }: { cert: string; key: string },
  logger: FastifyBaseLogger | undefined,
): FastifyInstance {
  const server = {
    https: {
      cert,
      key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10_000,
      // A client that dribbles its headers or a body holds a connection no longer than this.
      headersTimeout: 15_000,
      requestTimeout: 3_660_000,
      connectionsCheckingInterval: 5_000,
    },
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new RequestLog(),
    requestTimeout: 3_660_000,
    keepAliveTimeout: 65_000,
    // Nothing moved in either direction: a reader that stopped reading, too.
    connectionTimeout: 300_000,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    // No hook runs for an address that the router cannot read, so what every answer carries is set here.
    frameworkErrors: (error, request, reply) =>
      void sendError(
        asApiError(error, request),
        request,
        reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }),
      ),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        verbose: true,
        strictTypes: false,
        keywords: ['x-fault'],
      },
    },
  } as FastifyHttpsOptions<Server>;
  // The kind of server changes nothing that a route sees.
  const app = fastify(server) as unknown as FastifyInstance;
  app.server.maxConnections = 200;
  return app;
}
