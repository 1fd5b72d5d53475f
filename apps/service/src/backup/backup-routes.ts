import { Backup, BackupList, BackupPath, Problem } from '@meterhouse/contract';
import type { Routes } from '../platform/http/index.ts';
import type { BackupOptions } from './backup.ts';
import { findBackup, insertBackup, listBackups } from './backup-states.ts';

type RouteTools = Pick<BackupOptions, 'database' | 'jobs' | 'clock' | 'recordChange' | 'confirmCaller'>;

/** Backups, for the operators of the service. Where they go is a setting: a caller never names a path. */
export function backupRoutes({ database, jobs, clock, recordChange, confirmCaller }: RouteTools): Routes {
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
        const backup = await database.transaction(async (transaction) => {
          await confirmCaller(transaction, request.caller);
          const { actor } = request.caller;
          const asked = await insertBackup(transaction, actor, clock());
          await jobs.add(transaction, 'backup-make', { backupId: asked.id }, { queue: 'backup' });
          await recordChange(transaction, {
            actor,
            action: 'backup-started',
            subject: `backup:${asked.id}`,
            requestId: request.id,
          });
          return asked;
        });
        return reply.code(202).header('location', `/api/v1/backups/${backup.id}`).send(backup);
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
