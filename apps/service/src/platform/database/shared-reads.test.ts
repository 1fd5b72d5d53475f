import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTestDatabase } from './testing.ts';
import type { Queryable } from './types.ts';

const double = (on: Queryable, number: number) =>
  on.query<{ doubled: number }>('select 2 * $1::int as doubled', [number], 'double');
const divide = (on: Queryable, number: number) =>
  on.query<{ share: number }>('select 60 / $1::int as share', [number], 'divide');

test('reads that are asked at once share a connection, and each gets its own answer', () =>
  withTestDatabase(async (database) => {
    const numbers = Array.from({ length: 200 }, (_, number) => number);
    const rows = await Promise.all(numbers.map((number) => double(database, number)));
    assert.deepEqual(
      rows,
      numbers.map((number) => [{ doubled: 2 * number }]),
    );
    const by = () =>
      database.query<{ by: number }>('select pg_backend_pid() as by', [], 'by').then(([row]) => row!.by);
    assert.equal(new Set(await Promise.all(Array.from({ length: 20 }, by))).size, 1);
  }));

test('a read that fails fails alone', () =>
  withTestDatabase(async (database) => {
    const results = await Promise.allSettled([0, 1, 0, 2].map((number) => divide(database, number)));
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code)),
      ['22012', [{ share: 60 }], '22012', [{ share: 30 }]],
    );
  }));

test('a read with a name in a transaction sees what the transaction wrote, and nobody else does', () =>
  withTestDatabase(async (database) => {
    const count = (on: Queryable) =>
      on
        .query<{ count: number }>('select count(*)::int as count from organisations', [], 'count')
        .then(([row]) => row!.count);
    await database.transaction(async (transaction) => {
      await transaction.query("insert into organisations (name) values ('Acme')");
      assert.deepEqual([await count(transaction), await count(database)], [1, 0]);
    });
    assert.equal(await count(database), 1);
  }));

test('a connection that breaks fails the reads on it; the next read opens another', () =>
  withTestDatabase(async (database) => {
    await double(database, 1);
    const slow = assert.rejects(database.query('select pg_sleep(30)', [], 'sleep'));
    await sleep(100);
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await slow;
    assert.deepEqual(await double(database, 21), [{ doubled: 42 }]);
  }));

test('closing waits for the reads under way', async () => {
  let answer: unknown;
  await withTestDatabase(async (database) => {
    answer = database.query('select pg_sleep(0.2), 7 as n', [], 'seven');
    await sleep(50);
  });
  assert.equal(((await answer) as { n: number }[])[0]?.n, 7);
});
