export { migrate } from './migrate.ts';
export { type DatabaseOptions, openDatabase } from './open-database.ts';
export { claimDirectory } from './private-postgres/claim-directory.ts';
export {
  type PrivatePostgres,
  type PrivatePostgresOptions,
  startPrivatePostgres,
} from './private-postgres/index.ts';
export type { Database, Queryable, Transaction } from './types.ts';
