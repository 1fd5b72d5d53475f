import type { RecordChange } from '../platform/audit/types.ts';
import { crashPoint } from '../platform/crash/crash-point.ts';
import type { Database } from '../platform/database/types.ts';

/** The job `registration-finish`. Run again, it finds nothing running and changes nothing. */
export function createFinishRegistration({
  database,
  recordChange,
}: {
  database: Database;
  recordChange: RecordChange;
}): (payload: { meterId: string }) => Promise<void> {
  return async ({ meterId }) => {
    await database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ organisation_id: string; agent_id: string }>(
        `update meters set state = 'registered' where id = $1 and state = 'running'
         returning organisation_id, agent_id`,
        [meterId],
      );
      if (row === undefined) return;
      crashPoint('registry.finishing');
      await recordChange(transaction, {
        organisationId: row.organisation_id,
        actor: 'service',
        action: 'registration-finished',
        subject: `meter:${row.agent_id}`,
      });
    });
  };
}
