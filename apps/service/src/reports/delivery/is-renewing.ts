import type { Queryable } from '../../platform/database/types.ts';

/**
 * Whether usage has come for a month (`2023-01`), of one meter or of all that are not deleted, that the current reports do
 * not say yet: its package waits to be loaded, or its reports to be renewed.
 */
export async function isRenewing(
  on: Queryable,
  organisationId: string,
  month: string,
  agentId?: string,
): Promise<boolean> {
  const [row] = await on.query<{ renewing: boolean }>(
    `select exists (
       select from meters m
        where m.organisation_id = $1 and m.deleted_at is null and ($3::uuid is null or m.agent_id = $3)
          and (exists (select from report_renewals r
                        where r.meter_id = m.id and r.month = $2 and r.wanted > r.rendered)
            or exists (select from uploads u
                        where u.meter_id = m.id and u.month = $2 and u.state = 'accepted'))
     ) as renewing`,
    [organisationId, `${month}-01`, agentId ?? null],
    'is-renewing',
  );
  return row!.renewing;
}
