import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateJobTables } from '../jobs/migrate-job-tables.ts';
import type { Database } from './types.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
  readonly sql: string;
}

const ownMigrations = join(import.meta.dirname, 'migrations');
/** Any fixed number: one process migrates, the others wait for it. */
const advisoryLock = 4_210_018_001;

/**
 * Brings the schema to the newest version: every file of `migrations/` that the database has not seen, in order, each in a
 * transaction of its own together with its record; then the tables of the job runner. Several processes may do so at once.
 *
 * @returns the names of what was applied now
 * @throws when an applied file was edited, or the database was made by a newer program; nothing is changed then
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const name = await database.transaction(async (transaction) => {
      await transaction.query('set local statement_timeout = 0');
      await transaction.query('select pg_advisory_xact_lock($1)', [advisoryLock]);
      await transaction.query(`
        create table if not exists schema_migrations (
          number     integer primary key,
          name       text not null,
          sha256     text not null,
          applied_at timestamptz not null default now()
        )`);
      const applied = await transaction.query<{ number: number; name: string; sha256: string }>(
        'select number, name, sha256 from schema_migrations order by number',
      );
      checkHistory(applied, migrations);
      const next = migrations[applied.length];
      if (!next) return undefined;
      await transaction.query(next.sql);
      await transaction.query('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
        next.number,
        next.name,
        next.sha256,
      ]);
      return next.name;
    });
    if (name === undefined) break;
    done.push(name);
  }
  await database.transaction(async (transaction) => {
    await transaction.query('set local idle_in_transaction_session_timeout = 0');
    await transaction.query('select pg_advisory_xact_lock($1)', [advisoryLock]);
    await migrateJobTables(database.connectionString);
  });
  return done;
}

/** Reads `NNNNNN-name.sql`, numbered from 1 without a gap. */
export function readMigrations(directory = ownMigrations): Migration[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(/^(\d{6})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) {
      throw new Error(
        `${join(directory, name)}: number ${index + 1} was expected here, as 000001-some-words.sql`,
      );
    }
    const sql = readFileSync(join(directory, name), 'utf8');
    return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

function checkHistory(
  applied: readonly { number: number; name: string; sha256: string }[],
  migrations: readonly Migration[],
): void {
  const newer = applied.slice(migrations.length);
  if (newer.length > 0) {
    throw new Error(
      `The database was migrated by a newer Meterhouse (${newer.map(({ name }) => name).join(', ')}). Run that version, or restore a backup from before.`,
    );
  }
  const edited = applied.filter(({ sha256 }, index) => sha256 !== migrations[index]?.sha256);
  if (edited.length > 0) {
    throw new Error(
      `These migrations were edited after they were applied: ${edited.map(({ name }) => name).join(', ')}. Restore the files as they were and put the change into a new one; a database under development can be thrown away instead.`,
    );
  }
}
