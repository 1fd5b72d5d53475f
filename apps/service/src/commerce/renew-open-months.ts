import type { Transaction } from '../platform/database/index.ts';
import type { CommerceTools } from './tools.ts';

/**
 * Has the reports made again that a change of a contract, or of a site of it, tells on: those of each open month of every
 * meter that was under it for an hour of that month. A closed month keeps the figures it was closed with.
 */
export async function renewOpenMonths(
  transaction: Transaction,
  { requestRenewal }: Pick<CommerceTools, 'requestRenewal'>,
  under: { readonly organisationId: string; readonly contractId: string; readonly siteId?: string },
): Promise<void> {
  const months = await transaction.query<{ meter_id: string; month: string }>(
    `select r.meter_id, to_char(r.month, 'YYYY-MM') as month
     from report_renewals r
     join meters m on m.id = r.meter_id
     join months o on o.organisation_id = m.organisation_id and o.month = r.month and o.state = 'open'
     where m.organisation_id = $1 and exists (
       select from (
         select a.contract_id, a.site_id, a.from_hour,
                lead(a.from_hour, 1, 'infinity') over (order by a.from_hour) as until_hour
         from meter_assignments a where a.meter_id = m.id
       ) history
       where contract_id = $2 and ($3::uuid is null or site_id = $3)
         and from_hour < (r.month + interval '1 month') at time zone 'UTC'
         and until_hour > r.month::timestamp at time zone 'UTC')
     order by r.meter_id, r.month`,
    [under.organisationId, under.contractId, under.siteId ?? null],
  );
  for (const { meter_id, month } of months) await requestRenewal(transaction, meter_id, month);
}
