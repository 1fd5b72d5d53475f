import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordChange } from '../platform/audit/index.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Logger, Routes } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Metrics } from '../platform/telemetry/index.ts';
import { backupRoutes } from './backup-routes.ts';
import {
  findBackup,
  newestBackup,
  recordComplete,
  recordFailed,
  recordRemoved,
  supernumerary,
} from './backup-states.ts';
import { type MakeTools, makeBackup } from './make-backup.ts';

export interface BackupOptions extends MakeTools {
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly recordChange: RecordChange;
  readonly makeChange: MakeChange;
  /** How many complete backups stay. */
  readonly keep: number;
}

/** Consistent copies of records and archive, made while the service runs; restoring is for a service that does not. */
export interface BackupRoom {
  /** The job `backup-make`. */
  make(payload: { backupId: string }): Promise<void>;
  readonly routes: readonly Routes[];
}

export function createBackup(options: BackupOptions): BackupRoom {
  const { database, logger, metrics, clock, directory, keep } = options;
  const outcomes = metrics.counter('backups_total', 'Backups by outcome: complete, failed.', ['outcome']);
  metrics.gauge(
    'backup_age_seconds',
    'Age of the newest complete backup; absent while there is none.',
    async () => {
      const newest = await newestBackup(database);
      return newest === undefined ? Number.NaN : (clock().getTime() - newest.getTime()) / 1000;
    },
  );
  return {
    async make({ backupId }) {
      const backup = await findBackup(database, backupId);
      if (backup?.state !== 'running') return;
      const began = performance.now();
      try {
        const made = await makeBackup(options, backupId);
        await recordComplete(database, backupId, made, clock());
        outcomes.inc({ outcome: 'complete' });
        const milliseconds = Math.round(performance.now() - began);
        logger.info({ backup: backupId, ...made, milliseconds }, 'backup made');
      } catch (error) {
        await recordFailed(database, backupId, (error as Error).message, clock());
        outcomes.inc({ outcome: 'failed' });
        logger.error({ backup: backupId, err: error }, 'the backup failed');
        return;
      }
      for (const { id, folder } of await supernumerary(database, keep)) {
        await rm(join(directory, folder), { recursive: true, force: true });
        await recordRemoved(database, id);
        logger.info({ backup: id, folder }, 'removed an old backup');
      }
    },
    routes: [backupRoutes(options)],
  };
}
