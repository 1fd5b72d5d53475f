import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { migrate, readMigrations } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { startPrivatePostgres } from './private-postgres/index.ts';
import type { Database } from './types.ts';

export interface TestDatabase extends Database {
  /** Closes the connections and drops the database. */
  close(): Promise<void>;
}

/** Says nothing; for everything in tests that wants a logger. */
export const silentLogger = pino({ level: 'silent' });

let server: Promise<string> | undefined;
let template: Promise<string> | undefined;

/**
 * A fresh, migrated database for one test: a clone of a template that is migrated once. It is on DATABASE_URL when that is
 * set (a role that may create databases), else on a private PostgreSQL that all tests of this process share and that goes away
 * with the process, however that ends.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  template ??= prepareTemplate();
  const from = await template;
  const name = newName();
  await administer(`create database ${name} template ${from}`);
  const database = await openDatabase({
    connectionString: withDatabase(await testServer(), name),
    logger: silentLogger,
    allowExitOnIdle: true,
  });
  return {
    ...database,
    async close() {
      await database.close();
      await administer(`drop database if exists ${name} with (force)`);
    },
  };
}

/** Runs `work` with a fresh, migrated database, which is dropped afterwards, also when `work` throws. */
export async function withTestDatabase<T>(work: (database: TestDatabase) => Promise<T>): Promise<T> {
  const database = await createTestDatabase();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A new database without any table, as its connection string; `drop` it afterwards. */
export async function createBareDatabase(
  properties = '',
): Promise<{ connectionString: string; drop(): Promise<void> }> {
  const name = newName();
  await administer(`create database ${name} ${properties}`);
  return {
    connectionString: withDatabase(await testServer(), name),
    drop: async () => void (await administer(`drop database if exists ${name} with (force)`)),
  };
}

/** Connection string of the server that the tests of this process use; its role may create databases. */
export function testServer(): Promise<string> {
  server ??= process.env.DATABASE_URL ? Promise.resolve(process.env.DATABASE_URL) : startTestServer();
  return server;
}

async function startTestServer(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'meterhouse-test-'));
  const postgres = await startPrivatePostgres({
    directory: join(directory, 'postgres'),
    logger: silentLogger,
    // These data are thrown away, so nothing waits for the disk.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' },
  });
  cleanUpAfterUs(postgres.pid, [directory, postgres.runtimeDirectory]);
  return postgres.connectionString;
}

/**
 * Leaves a watcher that outlives this process: when we are gone (its input ends, also on kill -9) it stops the server and
 * removes the directories.
 */
function cleanUpAfterUs(pid: number, directories: string[]): void {
  // Its pid file says when the server is gone: the process id alone may linger where nobody reaps orphans.
  const script = `read -r never
    kill -QUIT "$0" 2>/dev/null
    for wait in 1 2 3 4 5 6 7 8 9 10; do [ -e "$1/postgres/cluster/postmaster.pid" ] || break; sleep 0.2; done
    rm -rf -- "$@"`;
  const watcher = spawn('/bin/sh', ['-c', script, String(pid), ...directories], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
}

/** Says when it was made, so that a later run can drop what a killed one left on a shared server. */
function newName(): string {
  return `meterhouse_test_${Math.floor(Date.now() / 1000)}_${randomBytes(5).toString('hex')}`;
}

async function dropLeftovers(query: (text: string) => Promise<unknown[]>): Promise<void> {
  const rows = (await query(
    "select datname from pg_database where datname like 'meterhouse\\_test\\_%'",
  )) as { datname: string }[];
  const anHourAgo = Date.now() / 1000 - 3600;
  for (const { datname } of rows) {
    if (Number(datname.split('_')[2]) < anHourAgo)
      await query(`drop database if exists ${datname} with (force)`);
  }
}

/** The template is named by what it is made from, so test processes that share a server share it too. */
async function prepareTemplate(): Promise<string> {
  const digest = createHash('sha256');
  for (const { name, sha256 } of readMigrations()) digest.update(`${name} ${sha256}\n`);
  const name = `meterhouse_template_${digest.digest('hex').slice(0, 12)}`;
  // Session locks hold on one connection only.
  await withAdministration(async (query) => {
    await query('select pg_advisory_lock(4210018002)');
    await dropLeftovers(query);
    const [ready] = await query(`select 1 from pg_database where datname = '${name}' and datistemplate`);
    if (ready) return;
    await query(`drop database if exists ${name}`);
    await query(`create database ${name}`);
    const database = await openDatabase({
      connectionString: withDatabase(await testServer(), name),
      logger: silentLogger,
      poolSize: 1,
    });
    await migrate(database);
    await database.close();
    await query(`alter database ${name} is_template true`);
  });
  return name;
}

function administer(statement: string): Promise<unknown> {
  return withAdministration((query) => query(statement));
}

async function withAdministration<T>(
  work: (query: (text: string) => Promise<unknown[]>) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({
    connectionString: await testServer(),
    logger: silentLogger,
    poolSize: 1,
    allowExitOnIdle: true,
  });
  try {
    return await work((text) => database.query(text));
  } finally {
    await database.close();
  }
}

function withDatabase(connectionString: string, name: string): string {
  return connectionString.replace(/(:\/\/[^/?]*\/)[^?]*/, `$1${name}`);
}
