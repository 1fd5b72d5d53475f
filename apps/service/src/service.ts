import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { finishRequests } from './finish-requests.ts';
import { tryPort } from './free-port.ts';
import { healthChecks } from './health-checks.ts';
import { askForHousekeeping } from './housekeeping.ts';
import { openPlatform } from './open-platform.ts';
import type { Config } from './platform/config/index.ts';
import { UV_THREADS } from './platform/engine/index.ts';
import { type App, createApp, type Logger } from './platform/http/index.ts';
import { startJobs } from './platform/jobs/index.ts';
import { createHealth, createLogger, requestObserver, telemetryRoutes } from './platform/telemetry/index.ts';
import { applyDeclaration, makeOperators } from './provisioning/index.ts';
import { serviceVersion } from './version.ts';
import { wireRooms } from './wire-rooms.ts';

export interface Service {
  /** Where it listens, as callers on this machine reach it. */
  readonly url: string;
  readonly app: App;
  /** The file with the operators' first API token, for as long as it is left where the first start put it. */
  readonly operatorTokenFile?: string;
  /** Stops gracefully; a second call waits for the first. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly clock?: () => Date;
  readonly logger?: Logger;
  /** Where the provisioning file's variables are looked up. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Called when the service cannot go on, such as when its PostgreSQL ends; whoever runs it closes it and says so. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * Starts the service and returns when it answers requests.
 *
 * A life: the port is tried, so that a first start makes nothing when it is taken; the data directory is claimed; PostgreSQL
 * and the engine start side by side; the rooms are wired; on the first start the operators' organisation is made, then the
 * provisioning file is applied; it listens; jobs run. It stops the other way round: not ready, no new connections, requests
 * under way finish within the limit, jobs finish, then engine, database, and last the private PostgreSQL and the claim.
 * Signals are for the command line to hear.
 *
 * @throws what keeps it from starting, in words for a person; everything that did start is stopped again
 */
export async function createService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const clock = options.clock ?? (() => new Date());
  const logger = options.logger ?? createLogger(config.logLevel);
  const started = performance.now();
  const life = { ready: false, url: config.publicUrl ?? urlOf(config, config.listen.port) };
  const publicUrl = () => config.publicUrl ?? life.url;
  warnOfFewThreads(logger);

  await tryPort(config.listen);
  await using opened = new AsyncDisposableStack();
  const onFailure = options.onFailure ?? (() => undefined);
  const platform = await openPlatform({ config, logger, clock, publicUrl, onFailure }, opened);
  const rooms = wireRooms(platform);
  await rooms.prepare();

  const provisioning = { ...platform, identity: rooms.identity, requestRenewal: rooms.requestRenewal };
  const tokenFile = join(config.data, 'operator-token');
  const first = await makeOperators(provisioning, tokenFile);
  if (first) logger.info({ file: tokenFile }, 'first start: the operators have an API token, in this file');
  if (config.provision !== undefined)
    await applyDeclaration(provisioning, config.provision, options.environment ?? process.env);

  const { authenticate } = rooms.identity;
  const telemetry = telemetryRoutes({
    metrics: platform.metrics,
    health: createHealth(healthChecks(platform, clock())),
    isReady: () => life.ready,
    authenticate,
    behindProxy: config.behindProxy,
    fromAnywhere: config.metricsFromAnywhere,
  });
  const app = await createApp({
    logger,
    authenticate,
    routes: [telemetry, ...rooms.routes],
    publicUrl,
    version: serviceVersion,
    behindProxy: config.behindProxy,
    origins: config.corsOrigins ?? [],
    ...tlsOf(config),
    longestRequestSeconds: config.uploadTimeout,
    observe: requestObserver(platform.metrics),
  });

  const jobs = await startJobs({
    connectionString: platform.database.connectionString,
    handlers: rooms.jobHandlers,
    logger,
    concurrency: config.jobConcurrency,
  });
  opened.defer(() => jobs.stop());
  await askForHousekeeping(platform, 60);
  let mending: Promise<void> | undefined;
  opened.defer(() => mending);
  opened.defer(() => finishRequests(app, config.stopTimeout, logger));
  await app.listen({ ...config.listen });
  life.url = urlOf(config, (app.server.address() as AddressInfo).port);
  opened.defer(() => {
    life.ready = false;
    logger.info('stopping');
  });
  life.ready = true;
  logger.info(
    {
      url: life.url,
      publicUrl: publicUrl(),
      data: config.data,
      milliseconds: Math.round(performance.now() - started),
    },
    `Meterhouse ${serviceVersion} is ready`,
  );

  mending = rooms
    .mend()
    .catch((error: unknown) => logger.error({ err: error }, 'usage could not be compared with the records'));
  const held = opened.move();
  let closing: Promise<void> | undefined;
  return {
    url: life.url,
    app,
    ...(existsSync(tokenFile) ? { operatorTokenFile: tokenFile } : {}),
    close() {
      closing ??= held.disposeAsync().then(() => logger.info('stopped'));
      return closing;
    },
  };
}

function urlOf({ listen: { host }, tlsCert }: Config, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${port}`;
}

function tlsOf({ tlsCert, tlsKey }: Config) {
  if (tlsCert === undefined || tlsKey === undefined) return {};
  return { tls: { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') } };
}

/** A running statement of the engine holds a thread of Node's pool; with too few, file access and scrypt stand still. */
function warnOfFewThreads(logger: Logger): void {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  if (threads < UV_THREADS)
    logger.warn(
      { threads, needed: UV_THREADS },
      'UV_THREADPOOL_SIZE is too small; set it before the process starts',
    );
}
