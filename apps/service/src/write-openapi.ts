// Keeps docs/openapi.json and docs/postman.json as the routes say: `--write` writes them, `--check` ends with status 1 when one
// differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Platform } from './open-platform.ts';
import { makeCollection } from './pages/index.ts';
import { readConfig } from './platform/config/index.ts';
import { createApp, type DescribedDocument } from './platform/http/index.ts';
import { createLogger, createMetrics, telemetryRoutes } from './platform/telemetry/index.ts';
import { serviceVersion } from './version.ts';
import { wireRooms } from './wire-rooms.ts';

const document = await description();
const files = Object.entries({
  openapi: document,
  postman: makeCollection(document, 'http://127.0.0.1:8390'),
}).map(([name, content]) => ({
  name: `docs/${name}.json`,
  file: new URL(`../../../docs/${name}.json`, import.meta.url),
  text: `${JSON.stringify(content, undefined, 2)}\n`,
}));
if (process.argv[2] === '--write') for (const { file, text } of files) writeFileSync(file, text);
else if (process.argv[2] === '--check') check();
else {
  console.error('Say --write or --check.');
  process.exitCode = 2;
}

function check(): void {
  for (const { name, file, text } of files) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    console.error(`${name} differs from the routes. Run: node apps/service/src/write-openapi.ts --write`);
    process.exitCode = 1;
  }
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
async function description(): Promise<DescribedDocument> {
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
