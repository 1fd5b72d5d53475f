import { Backup, BackupList, BackupPath, Problem } from '@meterhouse/contract';
import type { Routes } from '../platform/http/index.ts';
import type { BackupOptions } from './backup.ts';
import { findBackup, insertBackup, listBackups } from './backup-states.ts';

type RouteTools = Pick<BackupOptions, 'database' | 'jobs' | 'clock' | 'recordChange' | 'makeChange'>;

/** Backups, for the operators of the service. Where they go is a setting: a caller never names a path. */
export function backupRoutes({ database, jobs, clock, recordChange, makeChange }: RouteTools): Routes {
  const tags = ['operation'];
  return (app) => {
    app.post(
      '/api/v1/backups',
      {
        config: { access: 'operator', body: 'none' },
        schema: {
          operationId: 'createBackup',
          summary: 'Make a backup of records and archive while the service runs',
          description:
            'Runs as a job, one at a time, and writes a folder below `--backup-dir`. Ask for the backup until its state is no longer `running`.',
          tags,
          response: { 202: Backup },
        },
      },
      async (request, reply) => {
        await makeChange(request, reply, async (transaction, { actor, requestId }) => {
          const backup = await insertBackup(transaction, actor, clock());
          await jobs.add(transaction, 'backup-make', { backupId: backup.id }, { queue: 'backup' });
          const subject = `backup:${backup.id}`;
          await recordChange(transaction, { actor, action: 'backup-started', subject, requestId });
          return { status: 202, location: `/api/v1/backups/${backup.id}`, body: backup };
        });
      },
    );

    app.get(
      '/api/v1/backups',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'listBackups',
          summary: 'The backups of this service, the newest first',
          description: 'At most 200: those that are running, complete, failed or removed by `--backup-keep`.',
          tags,
          response: { 200: BackupList },
        },
      },
      async () => ({ items: await listBackups(database) }),
    );

    app.get(
      '/api/v1/backups/:backupId',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'getBackup',
          summary: 'How far a backup is, and what it holds',
          tags,
          params: BackupPath,
          response: { 200: Backup },
        },
      },
      async (request) => {
        const backup = await findBackup(database, request.params.backupId.toLowerCase());
        if (!backup) throw new Problem('not-found', { detail: 'There is no such backup.' });
        return backup;
      },
    );
  };
}
