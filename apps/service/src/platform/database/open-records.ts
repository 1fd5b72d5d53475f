import { join } from 'node:path';
import type { Logger } from '../http/types.ts';
import { openDatabase } from './open-database.ts';
import { startPrivatePostgres } from './private-postgres/index.ts';
import type { Database } from './types.ts';

export interface RecordsOptions {
  /** The data directory; the private PostgreSQL is below it. */
  readonly data: string;
  /** The PostgreSQL that keeps the records instead of the private one. */
  readonly databaseUrl?: string;
  /** The system user of the private one when this process is root. */
  readonly postgresUser?: string;
  readonly logger: Logger;
  /** Called when the private PostgreSQL ends by itself. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * Opens the database of records as it is, without migrating it: the one that DATABASE_URL names, else the private one, which is
 * made and started. What was opened is handed to `opened`.
 */
export async function openRecords(
  { data, databaseUrl, postgresUser, logger, onFailure }: RecordsOptions,
  opened: AsyncDisposableStack,
): Promise<Database> {
  let connectionString = databaseUrl;
  if (connectionString === undefined) {
    const postgres = await startPrivatePostgres({
      directory: join(data, 'postgres'),
      logger,
      ...(onFailure && { onUnexpectedExit: onFailure }),
      ...(postgresUser === undefined ? {} : { runAs: postgresUser }),
    });
    opened.defer(() => postgres.stop());
    connectionString = postgres.connectionString;
  }
  const database = await openDatabase({ connectionString, logger });
  opened.defer(() => database.close());
  return database;
}
