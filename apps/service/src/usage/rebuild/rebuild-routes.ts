import { Problem, Rebuild, RebuildPath, RebuildStarted } from '@meterhouse/contract';
import type { RecordChange } from '../../platform/audit/index.ts';
import type { MakeChange } from '../../platform/changes/index.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { findRebuild, startRebuild } from './start-rebuild.ts';

export interface RebuildTools {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: () => Date;
  readonly recordChange: RecordChange;
  readonly makeChange: MakeChange;
}

/** Deriving usage again, for the operators of the service. */
export function rebuildRoutes({ database, jobs, clock, recordChange, makeChange }: RebuildTools): Routes {
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
        await makeChange(request, reply, async (transaction, { actor, requestId }) => {
          const rebuild = await startRebuild(transaction, jobs, { actor, at: clock() });
          const subject = `rebuild:${rebuild.rebuildId}`;
          await recordChange(transaction, { actor, action: 'rebuild-started', subject, requestId });
          return { status: 202, location: `/api/v1/rebuilds/${rebuild.rebuildId}`, body: rebuild };
        });
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
