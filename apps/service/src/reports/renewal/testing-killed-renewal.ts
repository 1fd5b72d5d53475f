// Renews the reports of a month as a service would, in a process of its own that METERHOUSE_CRASH_AT may end: on the records
// that are named, and an engine, an archive and a temporary folder below `folder`. `seed`
// puts usage in first and asks for the renewal; without it this is the repeat.
import { join } from 'node:path';
import { openFileArchive } from '../../platform/archive/index.ts';
import { openDatabase } from '../../platform/database/index.ts';
import { silentLogger } from '../../platform/database/testing.ts';
import { openEngine } from '../../platform/engine/index.ts';
import { createJobs } from '../../platform/jobs/index.ts';
import { createMetrics } from '../../platform/telemetry/index.ts';
import { createUsageTables } from '../../usage/index.ts';
import { createReports } from '../reports.ts';

const [connectionString = '', folder = '', meterId = '', month = '', seed] = process.argv.slice(2);
const database = await openDatabase({ connectionString, logger: silentLogger });
const engine = await openEngine({ path: join(folder, 'engine') });
const reports = createReports({
  database,
  engine,
  archive: await openFileArchive(join(folder, 'archive')),
  jobs: createJobs(),
  logger: silentLogger,
  metrics: createMetrics(),
  clock: () => new Date(),
  reportsFolder: join(folder, 'reports'),
  takeRendering: async () => undefined,
  renewalPauseSeconds: 600,
});
await createUsageTables(engine);
await reports.prepare();
if (seed !== undefined) {
  await engine.loads.command(
    `INSERT INTO usage_vm (meter, upload, product, hour, vm, name, started, ended, power, vcpus, memoryMib)
     SELECT {meter:UInt64}, 1, toUUID('11111111-1111-4111-8111-111111111111'), toDateTime(concat({month:String}, '-01 00:00:00')) AS start,
       toUUID(concat('22222222-2222-4222-8222-', leftPad({seed:String}, 12, '0'))), 'web', start, start + 3600, 'on', 4, 1024`,
    { meter: meterId, month, seed },
  );
  await database.transaction((transaction) => reports.requestRenewal(transaction, meterId, month));
}
await reports.renew({ meterId, month });
await engine.close();
await database.close();
