import { join } from 'node:path';
import { refuseHalfRestored, refuseUnfinishedRestore } from './backup/index.ts';
import { createRecordChange } from './platform/audit/index.ts';
import type { Config } from './platform/config/index.ts';
import { claimDirectory, migrate, openRecords } from './platform/database/index.ts';
import type { Logger } from './platform/http/index.ts';
import { rotateMasterKey } from './platform/secrets/index.ts';

export interface RotatedMasterKey {
  /** Secrets that are sealed with the new key now. */
  readonly sealed: number;
  /** Where the new key is. */
  readonly keyFile: string;
  /** Where the old one is: backups made before need it. */
  readonly retired: string;
}

/**
 * Puts a new master key in force for a service that does not run.
 *
 * @throws when the service runs, or the key in force is not the one of the records; then nothing is changed
 */
export async function rotateMasterKeyOffline(
  config: Config,
  { logger, clock = () => new Date() }: { readonly logger: Logger; readonly clock?: () => Date },
): Promise<RotatedMasterKey> {
  await using opened = new AsyncDisposableStack();
  opened.defer(await claimDirectory(config.data));
  refuseUnfinishedRestore(config.data);
  const database = await openRecords({ ...config, logger }, opened);
  await refuseHalfRestored(database);
  await migrate(database);
  const keyFile = config.masterKeyFile ?? join(config.data, 'master.key');
  const now = clock();
  const retired = `${keyFile}.retired-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const recordChange = createRecordChange(() => now);
  const sealed = await rotateMasterKey(database, keyFile, retired, (transaction) =>
    recordChange(transaction, { actor: 'service', action: 'master-key-rotated', subject: 'master-key' }),
  );
  return { sealed, keyFile, retired };
}
