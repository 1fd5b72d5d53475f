import { Logger, runMigrations } from 'graphile-worker';

/**
 * Brings the tables of the job runner (schema `graphile_worker`) to the version of the installed library. The library runs its
 * steps in transactions of their own; the caller keeps other processes out meanwhile.
 */
export async function migrateJobTables(connectionString: string): Promise<void> {
  await runMigrations({ connectionString, maxPoolSize: 1, logger: new Logger(() => () => undefined) });
}
