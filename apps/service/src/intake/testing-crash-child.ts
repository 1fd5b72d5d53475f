// Intake and usage as the service runs them, on the database and the folder that are named, with running jobs and a port of
// its own. Says where it listens; ends only by a kill, from outside or at the crash point that METERHOUSE_CRASH_AT names.
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../platform/database/index.ts';
import { silentLogger } from '../platform/database/testing.ts';
import { openEngine } from '../platform/engine/index.ts';
import { startJobs } from '../platform/jobs/index.ts';
import { openIntake, type TestMeter } from './testing.ts';

const [connectionString = '', folder = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
const database = await openDatabase({ connectionString, logger: silentLogger });
const engine = await openEngine({ path: join(folder, 'engine') });
const house = await openIntake({ on: { database, engine, folder } });
await startJobs({
  connectionString,
  logger: silentLogger,
  handlers: {
    'usage-load': house.usage.load,
    'usage-rebuild': house.usage.rebuild,
    'reports-renew': async () => undefined,
    'registration-finish': async () => undefined,
    'backup-make': async () => undefined,
    housekeeping: async () => undefined,
  },
});
await house.app.listen({ port: 0, host: '127.0.0.1' });
process.on('message', async (meter: TestMeter) => {
  process.send?.({ totals: await house.totals(meter), mended: (await house.usage.mend()).length });
});
process.send?.({ port: (house.app.server.address() as AddressInfo).port });
