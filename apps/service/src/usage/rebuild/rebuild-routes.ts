import { Problem, Rebuild, RebuildPath, RebuildStarted } from '@meterhouse/contract';
import type { RecordChange } from '../../platform/audit/index.ts';
import type { Database, Transaction } from '../../platform/database/index.ts';
import type { Caller, Routes } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { findRebuild, startRebuild } from './start-rebuild.ts';

export interface RebuildTools {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: () => Date;
  readonly recordChange: RecordChange;
  readonly confirmCaller: (transaction: Transaction, caller: Caller) => Promise<void>;
}

/** Deriving usage again, for the operators of the service. */
export function rebuildRoutes({ database, jobs, clock, recordChange, confirmCaller }: RebuildTools): Routes {
  const tags = ['operation'];
  return (app) => {
    app.post(
      '/api/v1/rebuilds',
      {
        config: { access: 'operator', body: 'none' },
        schema: {
          operationId: 'startRebuild',
          summary: 'Derive all usage again from the packages in the archive',
          description: 'Runs as jobs beside everything else, month by month; reports of a month wait for it.',
          tags,
          response: { 202: RebuildStarted },
        },
      },
      async (request, reply) => {
        const started = await database.transaction(async (transaction) => {
          await confirmCaller(transaction, request.caller);
          const { actor } = request.caller;
          const rebuild = await startRebuild(transaction, jobs, { actor, at: clock() });
          const subject = `rebuild:${rebuild.rebuildId}`;
          await recordChange(transaction, {
            actor,
            action: 'rebuild-started',
            subject,
            requestId: request.id,
          });
          return rebuild;
        });
        return reply.code(202).header('location', `/api/v1/rebuilds/${started.rebuildId}`).send(started);
      },
    );

    app.get(
      '/api/v1/rebuilds/:rebuildId',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'getRebuild',
          summary: 'How far a rebuild is, and what differed',
          tags,
          params: RebuildPath,
          response: { 200: Rebuild },
        },
      },
      async (request) => {
        const rebuild = await findRebuild(database, request.params.rebuildId.toLowerCase());
        if (!rebuild) throw new Problem('not-found', { detail: 'There is no such rebuild.' });
        return rebuild;
      },
    );
  };
}
