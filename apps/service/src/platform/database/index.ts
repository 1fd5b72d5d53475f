export { type BulkTransaction, type Snapshot, withBulkTransaction, withSnapshot } from './bulk.ts';
export { type Migration, migrate, readMigrations } from './migrate.ts';
export { type DatabaseOptions, openDatabase } from './open-database.ts';
export { openRecords, type RecordsOptions } from './open-records.ts';
export { claimDirectory, holderOf } from './private-postgres/claim-directory.ts';
export {
  type PrivatePostgres,
  type PrivatePostgresOptions,
  startPrivatePostgres,
} from './private-postgres/index.ts';
export type { Database, Queryable, Transaction } from './types.ts';
