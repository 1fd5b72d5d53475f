import { join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { refuseHalfRestored, refuseUnfinishedRestore } from './backup/index.ts';
import { type Archive, openFileArchive } from './platform/archive/index.ts';
import { createRecordChange, type RecordChange } from './platform/audit/index.ts';
import type { Config } from './platform/config/index.ts';
import { claimDirectory, type Database, migrate, openRecords } from './platform/database/index.ts';
import { type Engine, openEngine } from './platform/engine/index.ts';
import type { Logger } from './platform/http/index.ts';
import { createJobs, type Jobs } from './platform/jobs/index.ts';
import { createSecrets, readMasterKey, type Secrets, settleMasterKey } from './platform/secrets/index.ts';
import { createMetrics, type Metrics } from './platform/telemetry/index.ts';

/** What every room stands on. */
export interface Platform {
  readonly config: Config;
  readonly database: Database;
  readonly engine: Engine;
  readonly archive: Archive;
  readonly jobs: Jobs;
  readonly secrets: Secrets;
  readonly recordChange: RecordChange;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** How callers reach the service, without a slash at its end; known for sure once it listens. */
  readonly publicUrl: () => string;
}

export type PlatformOptions = Pick<Platform, 'config' | 'logger' | 'clock' | 'publicUrl'> & {
  /** Called when the private PostgreSQL ends by itself: the service cannot go on. */
  readonly onFailure: (error: Error) => void;
};

/**
 * Opens the data directory for this process alone, and on it the records, the engine and the archive. PostgreSQL and the
 * engine start side by side, as the slower of them is the time that a restart takes. What was opened is handed to `opened` and
 * closes in reverse: the engine, the database, last the private PostgreSQL and the claim.
 *
 * @throws when another process has the directory (naming it), or a part does not start; what did start is in `opened`
 */
export async function openPlatform(
  options: PlatformOptions,
  opened: AsyncDisposableStack,
): Promise<Platform> {
  const { config, logger, clock, publicUrl } = options;
  await makeFolder(config.data, 0o700);
  opened.defer(await claimDirectory(config.data));
  refuseUnfinishedRestore(config.data);

  const engineOpened = new AsyncDisposableStack();
  const [records, engine] = await Promise.allSettled([
    openMigrated(options, opened),
    openEngine({
      path: join(config.data, 'engine'),
      memory: config.engineMemory,
      threads: config.engineThreads,
    }),
  ]);
  if (engine.status === 'fulfilled') engineOpened.defer(() => engine.value.close());
  opened.use(engineOpened);
  if (records.status === 'rejected') throw records.reason;
  if (engine.status === 'rejected') throw engine.reason;

  const keyFile = config.masterKeyFile ?? join(config.data, 'master.key');
  const rotation = await settleMasterKey(records.value, keyFile);
  if (rotation !== 'nothing') logger.warn({ rotation }, 'ended an interrupted rotation of the master key');
  return {
    config,
    database: records.value,
    engine: engine.value,
    archive: await openFileArchive(join(config.data, 'archive')),
    jobs: createJobs(),
    secrets: createSecrets(readMasterKey({ path: keyFile, create: config.masterKeyFile === undefined })),
    recordChange: createRecordChange(clock),
    metrics: createMetrics(),
    logger,
    clock,
    publicUrl,
  };
}

/** The database of records, migrated: the one that DATABASE_URL names, else the private one. */
async function openMigrated(
  { config, logger, onFailure }: PlatformOptions,
  opened: AsyncDisposableStack,
): Promise<Database> {
  const database = await openRecords({ ...config, logger, onFailure }, opened);
  await refuseHalfRestored(database);
  const migrations = await migrate(database);
  if (migrations.length > 0) logger.info({ migrations }, 'migrated the records');
  return database;
}
