import type { Platform } from './open-platform.ts';
import { oldestWaiting } from './platform/jobs/index.ts';
import { type HealthCheck, waitingCheck } from './platform/telemetry/index.ts';
import { oldestDue } from './reports/index.ts';

/**
 * Whether the work gets on: the parts answer, there is room on the disk, and nothing waits for longer than its limit.
 * @param runningSince when this service started
 */
export function healthChecks(
  { config, database, engine, archive, clock }: Platform,
  runningSince: Date,
): HealthCheck[] {
  const waiting = (name: string, oldest: () => Promise<Date | undefined>) =>
    waitingCheck(name, oldest, config.progressLimit, clock, runningSince);
  return [
    {
      name: 'records',
      async check() {
        await database.query('select 1');
        return { ok: true, detail: 'PostgreSQL answers' };
      },
    },
    {
      name: 'engine',
      async check() {
        await engine.reads.rows('SELECT 1');
        return { ok: true, detail: `ClickHouse ${engine.version} answers` };
      },
    },
    {
      name: 'disk',
      async check() {
        const free = await archive.freeBytes();
        const told = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
        return {
          ok: free >= config.diskReserve,
          detail: `${told(free)} free; uploads are refused below ${told(config.diskReserve)}`,
        };
      },
    },
    waiting('jobs', async () => (await oldestWaiting(database))?.since),
    waiting('packages', () => oldestUnloaded(database)),
    waiting('reports', () => oldestDue(database, clock())),
  ];
}

/** When the package was received that waits for longest to be moved in. */
async function oldestUnloaded(database: Platform['database']): Promise<Date | undefined> {
  const [row] = await database.query<{ since: Date | null }>(
    "select min(received_at) as since from uploads where state = 'accepted'",
  );
  return row?.since ?? undefined;
}
