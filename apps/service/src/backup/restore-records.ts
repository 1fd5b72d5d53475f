import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Value } from 'typebox/value';
import { createRecordChange, verifyAuditLog } from '../platform/audit/index.ts';
import {
  type BulkTransaction,
  type Database,
  migrate,
  readMigrations,
  withBulkTransaction,
} from '../platform/database/index.ts';
import { createJobs, type JobName } from '../platform/jobs/index.ts';
import { forgetSealed, opensSealed, type Secrets } from '../platform/secrets/index.ts';
import { loadEverythingAgain } from '../usage/index.ts';
import { readLines } from './lines.ts';
import { BackupFaults, JOBS, type Manifest, recordsFile, WaitingJob } from './manifest.ts';
import { columnList, RESTORE_MARKER, recordsTables } from './tables.ts';

export interface RestoredRecords {
  readonly rows: number;
  /** Uploads whose rows the engine loads from the archive once the service runs. */
  readonly uploads: number;
  /** Private keys that were lost with the master key. */
  readonly lostKeys: number;
}

/** What of a backup's schema this program does not have; empty when it can load it. */
export function schemaFaults({ migrations }: Manifest): string[] {
  const known = readMigrations();
  return migrations.flatMap(({ number, name, sha256 }) => {
    const own = known[number - 1];
    if (own === undefined) return [`its records were made by a newer Meterhouse (${name}): use that version`];
    return own.sha256 === sha256 ? [] : [`its migration ${name} is not the one of this program`];
  });
}

/** What keeps records from being restored into this database. */
export async function targetFaults(database: Database): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'S', 'v') and n.nspname not in ('pg_catalog', 'information_schema')
       and n.nspname not like 'pg\\_toast%' order by 1`,
  );
  if (tables.length === 0 || tables.some(({ name }) => name === `public.${RESTORE_MARKER}`)) return [];
  return [`the database is not empty: it has ${tables.length} tables and sequences. Make an empty one`];
}

/**
 * Loads the records of a verified backup into a database that is empty or half restored: first its schema as the backup's
 * program had it, then all rows in one transaction, which begins by emptying every table. The first start of the service
 * migrates them forward and makes the engine's rows.
 *
 * @param secrets of the master key of the records; undefined when it is lost
 */
export async function restoreRecords(
  database: Database,
  folder: string,
  manifest: Manifest,
  secrets: Secrets | undefined,
  clock: () => Date,
): Promise<RestoredRecords> {
  await database.query(`create table if not exists ${RESTORE_MARKER} (backup text)`);
  await migrate(database, readMigrations().slice(0, manifest.migrations.length));
  const restored = await withBulkTransaction(database.connectionString, async (transaction) => {
    await loadTables(transaction, folder, manifest);
    const lostKeys = secrets === undefined ? await forgetSealed(transaction, clock()) : 0;
    if (secrets !== undefined && (await opensSealed(transaction, secrets)) === false)
      throw new BackupFaults(
        'The master key is not the one of this backup. Give the copy that was in force when it was made, or --new-master-key.',
      );
    await checkAuditLog(transaction, manifest);
    const uploads = await loadEverythingAgain(transaction, createJobs());
    await addJobs(transaction, join(folder, JOBS));
    await createRecordChange(clock)(transaction, {
      actor: 'service',
      action: 'service-restored',
      subject: `backup:${manifest.id}`,
      details: { madeAt: manifest.madeAt, lostKeys },
    });
    return { rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0), uploads, lostKeys };
  });
  // Statistics come with use otherwise, and the first reports would be planned for empty tables.
  await database.query('analyze');
  return restored;
}

async function loadTables(transaction: BulkTransaction, folder: string, manifest: Manifest): Promise<void> {
  const own = await recordsTables(transaction);
  await transaction.query(`truncate ${columnList([...own.map(({ name }) => name), 'backups'])}`);
  for (const { name } of own) await transaction.query(`alter table "${name}" disable trigger user`);
  for (const { name, columns, rows } of manifest.tables) {
    const table = transaction.copyIn(`copy "${name}" (${columnList(columns)}) from stdin`);
    await pipeline(createReadStream(join(folder, recordsFile(name))), createGunzip(), table);
    if (table.rowCount !== rows)
      throw new BackupFaults(
        `${recordsFile(name)} gave ${table.rowCount} rows, and the manifest says ${rows}.`,
      );
  }
  for (const { name } of own) await transaction.query(`alter table "${name}" enable trigger user`);
  for (const { name, value, called } of manifest.sequences)
    await transaction.query('select setval($1::regclass, $2, $3)', [`public."${name}"`, value, called]);
}

async function checkAuditLog(transaction: BulkTransaction, { audit }: Manifest): Promise<void> {
  const verdict = await verifyAuditLog(transaction);
  const head = verdict.intact ? verdict.head : null;
  if (head !== audit.head)
    throw new BackupFaults('The audit log does not end as it did when the backup was made.');
}

/** Behind the loads: what a job finds must be there. */
async function addJobs(transaction: BulkTransaction, path: string): Promise<void> {
  const jobs = createJobs();
  const now = new Date();
  for await (const line of readLines(path)) {
    const { name, payload, queue, key, runAt } = Value.Parse(WaitingJob, line);
    const due = new Date(runAt);
    await jobs.add(transaction, name as JobName, payload as never, {
      ...(queue !== null && { queue }),
      ...(key !== null && { key }),
      runAt: due > now ? due : now,
    });
  }
}
