// Keeps docs/openapi.json as the routes say: `--write` writes it, `--check` ends with status 1 when it differs.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Platform } from './open-platform.ts';
import { readConfig } from './platform/config/index.ts';
import { createApp } from './platform/http/index.ts';
import { createLogger, createMetrics, telemetryRoutes } from './platform/telemetry/index.ts';
import { serviceVersion } from './version.ts';
import { wireRooms } from './wire-rooms.ts';

const file = new URL('../../../docs/openapi.json', import.meta.url);
const text = `${JSON.stringify(await description(), undefined, 2)}\n`;
if (process.argv[2] === '--write') writeFileSync(file, text);
else if (process.argv[2] === '--check') check();
else {
  console.error('Say --write or --check.');
  process.exitCode = 2;
}

function check(): void {
  if (readFileSync(file, 'utf8') === text) return;
  console.error(
    'docs/openapi.json differs from the routes. Run: node apps/service/src/write-openapi.ts --write',
  );
  process.exitCode = 1;
}

/** Answers every look with itself, and fails when it is called. */
function nothing(): unknown {
  return new Proxy(() => undefined, {
    get: () => nothing(),
    apply() {
      throw new Error('Describing the routes must not use what the service runs on.');
    },
  });
}

/** The rooms' own routes, on a platform that nobody opens: describing them asks nothing of it. */
async function description(): Promise<unknown> {
  const logger = createLogger('silent');
  const metrics = createMetrics();
  const parts = ['database', 'engine', 'archive', 'jobs', 'secrets', 'recordChange'];
  const unopened = Object.fromEntries(parts.map((part) => [part, nothing()]));
  const platform = {
    ...unopened,
    config: readConfig(),
    logger,
    metrics,
    clock: () => new Date(),
    publicUrl: () => '',
  };
  const rooms = wireRooms(platform as unknown as Platform);
  const { authenticate } = rooms.identity;
  const telemetry = telemetryRoutes({
    metrics,
    health: unopened.database as never,
    isReady: () => false,
    authenticate,
    behindProxy: false,
    fromAnywhere: false,
  });
  const app = await createApp({
    logger,
    authenticate,
    routes: [telemetry, ...rooms.routes],
    publicUrl: () => '',
    version: serviceVersion,
  });
  const answer = await app.inject('/openapi.json');
  return answer.json();
}
