import type { Queryable } from '../platform/database/types.ts';

/**
 * A month, `2023-01`, that is closed and whose usage under this contract has not been submitted: while there is one, its meters
 * stay with the contract. Billing orders are what submits a month; a service without any has submitted none.
 */
export async function findUnsubmittedMonth(
  on: Queryable,
  organisationId: string,
  contractId: string,
): Promise<string | undefined> {
  const [row] = await on.query<{ month: string }>(
    `select to_char(m.month, 'YYYY-MM') as month from months m
     where m.organisation_id = $1 and m.state in ('closing', 'closed')
       and exists (
         select from (
           select a.contract_id, a.from_hour,
                  lead(a.from_hour, 1, 'infinity') over (partition by a.meter_id order by a.from_hour) as until_hour
           from meter_assignments a join meters on meters.id = a.meter_id
           where meters.organisation_id = $1
         ) history
         where contract_id = $2
           and from_hour < (m.month + interval '1 month') at time zone 'UTC'
           and until_hour > m.month::timestamp at time zone 'UTC')
     order by m.month limit 1`,
    [organisationId, contractId],
  );
  return row?.month;
}
