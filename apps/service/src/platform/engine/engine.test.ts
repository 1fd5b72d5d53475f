import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '@meterhouse/contract';
import { createLane } from './lane.ts';
import { migrateEngine } from './migrate.ts';
import { withTestEngine } from './testing.ts';

// The engine reads it when it starts: the tests must not pass only where the machine's clock is UTC.
process.env.TZ = 'Asia/Tokyo';

test('wide integers come back as strings, so that none is rounded', async () => {
  const engine = await withTestEngine();
  const [row] = await engine.reads.rows('SELECT {value:UInt64} AS value, toUInt128(value) * 10 AS wide', {
    value: 18446744073709551615n,
  });
  assert.deepEqual(row, { value: '18446744073709551615', wide: '184467440737095516150' });
});

test('a value is bound, whatever it holds', async () => {
  const engine = await withTestEngine();
  const text = `it's "a"\\\tb\n{x}`;
  const [row] = await engine.reads.rows('SELECT {text:String} AS text, {list:Array(String)} AS list', {
    text,
    list: [text, ''],
  });
  assert.deepEqual(row, { text, list: [text, ''] });
});

test('the session time zone is UTC on every lane, whatever the machine says', async () => {
  const engine = await withTestEngine();
  for (const lane of [engine.loads, engine.reports, engine.reads]) {
    assert.deepEqual(await lane.rows('SELECT toString(toDateTime(0)) AS t'), [{ t: '1970-01-01 00:00:00' }]);
  }
});

test('a setting in a statement does not reach the next one', async () => {
  const engine = await withTestEngine();
  const threads = "SELECT toUInt32(getSetting('max_threads')) AS n";
  const [before] = await engine.reports.rows(threads);
  await engine.reports.rows(`${threads} SETTINGS max_threads = 7`);
  await engine.reports.rows(`${threads} SETTINGS max_threads = 7`);
  assert.deepEqual(await engine.reports.rows(threads), [before]);
  assert.deepEqual(await engine.reports.rows(threads), [before]);
});

test('a lane runs as many statements as it has clients, lets some wait, and refuses the rest', async () => {
  const finish: (() => void)[] = [];
  const client = { command: () => new Promise<void>((resolve) => finish.push(resolve)) };
  // biome-ignore lint/suspicious/noExplicitAny: a client of which the lane calls `command` alone
  const lane = createLane({ name: 'tests', clients: [client as any], queue: 1 });
  const first = lane.command('1');
  const second = lane.command('2');
  await assert.rejects(
    lane.command('3'),
    (error) => error instanceof Problem && error.code === 'engine-busy',
  );
  finish[0]!();
  await first;
  await new Promise(setImmediate);
  finish[1]!();
  await second;
  await lane.idle();
});

test('tables are made once, and tables of a newer program are refused', async () => {
  const engine = await withTestEngine();
  const one = {
    version: 1,
    name: 'one',
    statements: ['CREATE TABLE IF NOT EXISTS one (a UInt8) ENGINE = MergeTree ORDER BY a'],
  };
  const two = {
    version: 2,
    name: 'two',
    statements: ['CREATE TABLE two (a UInt8) ENGINE = MergeTree ORDER BY a'],
  };
  assert.equal(await migrateEngine(engine, [one]), 1);
  assert.equal(await migrateEngine(engine, [one, two]), 2);
  assert.equal(await migrateEngine(engine, [one, two]), 2);
  await assert.rejects(migrateEngine(engine, [one]), /version 2; this program knows 1/);
});
