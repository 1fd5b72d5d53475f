import type { MonthReports } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';
import { type EntryRow, entries, entryColumns, inReportOrder } from './entry.ts';

/** The current reports of a month (`2023-01`) of all meters of an organisation that are not deleted, keyed by agentId. */
export async function listMonth(on: Queryable, organisationId: string, month: string): Promise<MonthReports> {
  const rows = await on.query<EntryRow & { agent_id: string }>(
    `select m.agent_id, ${entryColumns}
       from meters m
       join reports r on r.meter_id = m.id
      where m.organisation_id = $1 and m.deleted_at is null
        and r.organisation_id = $1 and r.month = $2 and r.superseded_at is null
      order by m.agent_id`,
    [organisationId, `${month}-01`],
    'list-month',
  );
  const byAgent = Map.groupBy(rows, (row) => row.agent_id);
  return Object.fromEntries([...byAgent].map(([agentId, own]) => [agentId, entries(inReportOrder(own))]));
}
