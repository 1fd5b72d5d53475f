import type { MeterReports } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';
import { type EntryRow, entries, entryColumns, inReportOrder } from './entry.ts';

/** The current reports of a meter's month (`2023-01`); undefined when the organisation has no such meter, or deleted it. */
export async function listMeterMonth(
  on: Queryable,
  organisationId: string,
  agentId: string,
  month: string,
): Promise<MeterReports | undefined> {
  const rows = await on.query<EntryRow | { ref: null }>(
    `select ${entryColumns}
       from meters m
       left join reports r on r.meter_id = m.id and r.organisation_id = $1 and r.month = $3 and r.superseded_at is null
      where m.organisation_id = $1 and m.agent_id = $2 and m.deleted_at is null`,
    [organisationId, agentId, `${month}-01`],
    'list-meter-month',
  );
  if (rows.length === 0) return undefined;
  return entries(inReportOrder(rows.filter((row): row is EntryRow => row.ref !== null)));
}
