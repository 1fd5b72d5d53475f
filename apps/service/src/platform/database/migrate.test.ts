import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createJobs } from '../jobs/index.ts';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { createBareDatabase, silentLogger } from './testing.ts';
import type { Database } from './types.ts';

async function withBareDatabase(work: (database: Database, other: Database) => Promise<void>): Promise<void> {
  const bare = await createBareDatabase();
  const open = () => openDatabase({ ...bare, logger: silentLogger, poolSize: 3 });
  const [one, other] = [await open(), await open()];
  try {
    await work(one, other);
  } finally {
    await Promise.all([one.close(), other.close()]);
    await bare.drop();
  }
}

function migration(number: number, sql: string): Migration {
  return { number, name: `${number}-x.sql`, sql, sha256: createHash('sha256').update(sql).digest('hex') };
}

test('an empty database gets every migration once, and the job runner’s tables', () =>
  withBareDatabase(async (database) => {
    const names = readMigrations().map(({ name }) => name);
    assert.deepEqual(await migrate(database), names);
    assert.deepEqual(await migrate(database), []);
    await createJobs().add(database, 'housekeeping', {});
  }));

test('two processes may migrate one database at the same time', () =>
  withBareDatabase(async (one, other) => {
    const applied = await Promise.all([migrate(one), migrate(other)]);
    assert.deepEqual(
      applied.flat().sort(),
      readMigrations().map(({ name }) => name),
    );
  }));

test('a migration that fails is undone whole; those before it stay', () =>
  withBareDatabase(async (database) => {
    const bad = migration(2, 'create table half (n int); create table half (n int);');
    await assert.rejects(
      migrate(database, [migration(1, 'create table one (n int)'), bad]),
      /already exists/,
    );
    const tables = await database.query("select to_regclass('one') as one, to_regclass('half') as half");
    assert.deepEqual(tables, [{ one: 'one', half: null }]);
    const mended = migration(2, 'create table half (n int)');
    assert.deepEqual(await migrate(database, [migration(1, 'create table one (n int)'), mended]), [
      '2-x.sql',
    ]);
  }));

test('an applied migration that was edited is refused by name, and nothing is applied', () =>
  withBareDatabase(async (database) => {
    await migrate(database, [migration(1, 'create table one (n int)')]);
    const edited = [migration(1, 'create table one (n bigint)'), migration(2, 'create table two (n int)')];
    await assert.rejects(migrate(database, edited), /edited after they were applied: 1-x\.sql/);
    assert.deepEqual(await database.query("select to_regclass('two') as two"), [{ two: null }]);
  }));

test('a database that a newer program migrated is refused', () =>
  withBareDatabase(async (database) => {
    await migrate(database, [migration(1, 'select 1'), migration(2, 'select 2')]);
    await assert.rejects(migrate(database, [migration(1, 'select 1')]), /newer Meterhouse \(2-x\.sql\)/);
  }));

test('migration files are numbered from 1 without a gap', () => {
  const directory = mkdtempSync(join(tmpdir(), 'meterhouse-migrations-'));
  after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, '000001-first.sql'), 'select 1');
  writeFileSync(join(directory, '000003-third.sql'), 'select 1');
  assert.throws(() => readMigrations(directory), /000003-third\.sql: number 2 was expected/);
});
