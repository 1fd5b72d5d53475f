import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, withTestDatabase } from '../database/testing.ts';
import type { Database } from '../database/types.ts';
import {
  createJobs,
  failingJobs,
  type JobHandlers,
  oldestWaiting,
  type RunningJobs,
  startJobs,
} from './index.ts';

const jobs = createJobs();
const nothing: JobHandlers = {
  'usage-load': async () => undefined,
  'usage-rebuild': async () => undefined,
  'reports-renew': async () => undefined,
  'registration-finish': async () => undefined,
  'backup-make': async () => undefined,
  housekeeping: async () => undefined,
};

async function withRunner(
  database: Database,
  handlers: Partial<JobHandlers>,
  work: (running: RunningJobs) => Promise<void>,
): Promise<void> {
  const running = await startJobs({
    connectionString: database.connectionString,
    handlers: { ...nothing, ...handlers },
    logger: silentLogger,
  });
  try {
    await work(running);
  } finally {
    await running.stop();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (await condition()) return;
    await sleep(20);
  }
  assert.fail('it did not come to that within 30 s');
}

const allDone = async (database: Database) => (await oldestWaiting(database)) === undefined;

test('a job runs when its transaction commits and never when it rolls back', () =>
  withTestDatabase(async (database) => {
    const seen: string[] = [];
    const handlers = { 'usage-load': async ({ uploadId }: { uploadId: string }) => void seen.push(uploadId) };
    await withRunner(database, handlers, async () => {
      await assert.rejects(
        database.transaction(async (transaction) => {
          await jobs.add(transaction, 'usage-load', { uploadId: 'rolled back' });
          throw new Error('no');
        }),
      );
      await database.transaction(async (transaction) => {
        await jobs.add(transaction, 'usage-load', { uploadId: 'committed' });
        await sleep(100);
        assert.deepEqual(seen, []);
      });
      await until(() => allDone(database));
    });
    assert.deepEqual(seen, ['committed']);
  }));

test('jobs of one queue run one after another in the order they were added, also in two processes', () =>
  withTestDatabase(async (database) => {
    const seen: string[] = [];
    let inside = 0;
    let together = 0;
    const handlers = {
      'usage-load': async ({ uploadId }: { uploadId: string }) => {
        inside += 1;
        together = Math.max(together, inside);
        await sleep(10);
        seen.push(uploadId);
        inside -= 1;
      },
    };
    for (let n = 0; n < 20; n += 1) {
      await jobs.add(database, 'usage-load', { uploadId: String(n) }, { queue: 'meter 1, 2023-01' });
    }
    await withRunner(database, handlers, () =>
      withRunner(database, handlers, () => until(() => allDone(database))),
    );
    assert.equal(together, 1);
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
  }));

test('a job with the key of one that has not started replaces it', () =>
  withTestDatabase(async (database) => {
    const seen: string[] = [];
    for (const month of ['2023-01', '2023-02']) {
      await jobs.add(database, 'reports-renew', { meterId: '1', month }, { key: 'renew 1' });
    }
    const handlers = { 'reports-renew': async ({ month }: { month: string }) => void seen.push(month) };
    await withRunner(database, handlers, () => until(() => allDone(database)));
    assert.deepEqual(seen, ['2023-02']);
  }));

test('a job that fails is told of with its error and tried again until it works', () =>
  withTestDatabase(async (database) => {
    let attempts = 0;
    const handlers = {
      'usage-load': async () => {
        attempts += 1;
        if (attempts < 2) throw new Error('the engine is not there');
      },
    };
    await jobs.add(database, 'usage-load', { uploadId: 'x' });
    await withRunner(database, handlers, async () => {
      await until(async () => (await failingJobs(database)).length > 0);
      const [failing] = await failingJobs(database);
      assert.equal(failing?.name, 'usage-load');
      assert.equal(failing?.attempts, 1);
      assert.equal(failing?.lastError, 'the engine is not there');
      assert.deepEqual(await oldestWaiting(database), failing);
      await until(() => allDone(database));
    });
    assert.equal(attempts, 2);
  }));

test('a job that failed very often is tried again within five minutes and is never given up', () =>
  withTestDatabase(async (database) => {
    await jobs.add(database, 'usage-load', { uploadId: 'x' });
    await database.query(
      `update graphile_worker._private_jobs
       set attempts = 32766, last_error = 'full', run_at = now() + interval '6 hours'`,
    );
    await withRunner(database, {}, async () => undefined);
    const [job] = await database.query<{ attempts: number; soon: boolean }>(
      `select attempts, run_at <= now() + interval '5 minutes' as soon from graphile_worker.jobs`,
    );
    assert.deepEqual(job, { attempts: 1000, soon: true });
  }));

test('a job for later is not run before, and does not count as waiting', () =>
  withTestDatabase(async (database) => {
    await jobs.add(database, 'housekeeping', {}, { runAt: new Date(Date.now() + 3_600_000) });
    let ran = false;
    const handlers = {
      housekeeping: async () => {
        ran = true;
      },
    };
    await withRunner(database, handlers, () => sleep(700));
    assert.equal(ran, false);
    assert.equal(await oldestWaiting(database), undefined);
  }));

test('stopping waits for the job that runs', () =>
  withTestDatabase(async (database) => {
    let finished = false;
    const started = Promise.withResolvers<void>();
    const handlers = {
      'usage-load': async () => {
        started.resolve();
        await sleep(300);
        finished = true;
      },
    };
    await jobs.add(database, 'usage-load', { uploadId: 'x' });
    await withRunner(database, handlers, () => started.promise);
    assert.equal(finished, true);
    assert.equal(await oldestWaiting(database), undefined);
  }));

test('the job of a process that was killed runs at once when the next one starts, and one that lives keeps its own', () =>
  withTestDatabase(async (database) => {
    const seen: string[] = [];
    const release = Promise.withResolvers<void>();
    const handlers = {
      'usage-load': async ({ uploadId }: { uploadId: string }) => {
        seen.push(uploadId);
        if (uploadId === 'long') await release.promise;
      },
    };
    const killed = fork(new URL('./testing-killed-runner.ts', import.meta.url), [database.connectionString]);
    after(() => killed.kill('SIGKILL'));
    await jobs.add(database, 'usage-load', { uploadId: 'short' }, { queue: 'one' });
    await once(killed, 'message', { signal: AbortSignal.timeout(60_000) });
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await withRunner(database, handlers, async () => {
      await until(() => seen.includes('short'));
      await jobs.add(database, 'usage-load', { uploadId: 'long' }, { queue: 'one' });
      await until(() => seen.includes('long'));
      await withRunner(database, handlers, () => sleep(300));
      release.resolve();
      await until(() => allDone(database));
    });
    assert.deepEqual(seen, ['short', 'long']);
  }));

test('the runner goes on after the server dropped all its connections, and still holds its lock', () =>
  withTestDatabase(async (database) => {
    const seen: string[] = [];
    const handlers = { 'usage-load': async ({ uploadId }: { uploadId: string }) => void seen.push(uploadId) };
    await withRunner(database, handlers, async () => {
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'meterhouse jobs%'`,
      );
      await jobs.add(database, 'usage-load', { uploadId: 'after' });
      await until(() => seen.includes('after'));
    });
  }));
