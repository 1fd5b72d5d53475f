import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileArchive } from '../../platform/archive/index.ts';
import { withTestDatabase } from '../../platform/database/testing.ts';
import { addMeter, addOrganisation } from '../testing.ts';

const script = join(import.meta.dirname, 'testing-killed-renewal.ts');
const MONTH = '2023-02';

/** Runs a renewal in a process of its own and gives how it ended. */
async function renewal(args: readonly string[], crashAt = ''): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, METERHOUSE_CRASH_AT: crashAt, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const told = child.stderr.setEncoding('utf8').toArray();
  const [code, signal] = await once(child, 'exit');
  return signal ?? (code === 0 ? 'done' : (await told).join(''));
}

test(
  'a service that is killed at any step of a renewal finishes it after the next start',
  { timeout: 120_000 },
  () =>
    withTestDatabase(async (database) => {
      const folder = await mkdtemp(join(tmpdir(), 'meterhouse-crash-'));
      try {
        const organisation = await addOrganisation(database, 'Acme Cloud');
        const archive = await openFileArchive(join(folder, 'archive'));
        const meter = await addMeter(database, organisation);
        const args = [database.connectionString, folder, meter.id, MONTH];
        assert.equal(await renewal([...args, '0']), 'done');
        let seed = 0;
        for (const [point, issued] of [
          ['reports.after-render', false],
          ['reports.between-archives', false],
          ['reports.after-archive', false],
          ['reports.after-record', true],
        ] as const) {
          const current = () =>
            database.query<{ ref: string; report_type: string; archive_key: string; md5: string }>(
              `select ref, report_type, archive_key, encode(md5, 'hex') as md5 from reports
              where meter_id = $1 and superseded_at is null order by report_type`,
              [meter.id],
            );
          const before = await current();
          seed += 1;
          assert.equal(await renewal([...args, String(seed)], point), 'SIGKILL', point);
          const after = await current();
          assert.equal(JSON.stringify(after) !== JSON.stringify(before), issued, point);

          assert.equal(await renewal(args), 'done', point);
          const whole = await current();
          assert.equal(whole.length, 5, point);
          assert.notDeepEqual(whole, before, point);
          for (const { archive_key, md5 } of whole) {
            const bytes = await readFile((await archive.localCopy(archive_key)).path);
            assert.equal(createHash('md5').update(bytes).digest('hex'), md5);
          }
          const recorded = await database.query<{ archive_key: string }>('select archive_key from reports');
          assert.deepEqual(
            await Array.fromAsync(archive.list('reports/')),
            recorded.map((row) => row.archive_key).sort(),
            'no file without a record',
          );
          assert.deepEqual(await readdir(join(folder, 'reports')), [], 'nothing temporary is left');
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
);
