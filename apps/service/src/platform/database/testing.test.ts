import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, withTestDatabase } from './testing.ts';

test('each test database is migrated and knows nothing of the others', async () => {
  const one = await createTestDatabase();
  await one.query("insert into organisations (name) values ('Acme')");
  await withTestDatabase(async (other) => {
    assert.deepEqual(await other.query('select name from organisations'), []);
  });
  assert.deepEqual(await one.query('select name from organisations'), [{ name: 'Acme' }]);
  await one.close();
});

test('a test database is dropped also when the test fails', async () => {
  let name: unknown;
  await assert.rejects(
    withTestDatabase(async (database) => {
      [{ name }] = (await database.query('select current_database() as name')) as [{ name: unknown }];
      throw new Error('a failing test');
    }),
  );
  await withTestDatabase(async (database) => {
    assert.deepEqual(await database.query('select 1 from pg_database where datname = $1', [name]), []);
  });
});

test('a test process that is killed leaves neither its server nor its directories', {
  skip: process.platform !== 'linux',
}, async () => {
  const child = fork(new URL('./testing-killed-test.ts', import.meta.url), {
    env: { ...process.env, DATABASE_URL: '' },
  });
  // Without a limit a child that fails would be waited for in vain.
  const [socketDirectory] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [
    string,
  ];
  const [pid] = readFileSync(join(socketDirectory, '.s.PGSQL.5432.lock'), 'utf8').split('\n');
  const cluster = readlinkSync(`/proc/${pid}/cwd`);
  assert.ok(existsSync(cluster));
  child.kill('SIGKILL');
  for (
    let waited = 0;
    (existsSync(socketDirectory) || existsSync(cluster)) && waited < 20_000;
    waited += 50
  ) {
    await sleep(50);
  }
  assert.equal(existsSync(socketDirectory), false);
  assert.equal(existsSync(cluster), false);
});
