import { Problem } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';

/** Enough to know where to begin. */
const mostNamed = 20;

/**
 * What keeps a contract, or a site of it, from being deleted: meters that are or were billed under it, and for a contract its
 * sites.
 *
 * @throws problem `in-use` naming the first of them
 */
export async function refuseWhileReferred(
  on: Queryable,
  { contractId, siteId }: { readonly contractId: string; readonly siteId?: string },
): Promise<void> {
  const meters = await on.query<{ agent_id: string }>(
    `select distinct m.agent_id from meter_assignments a join meters m on m.id = a.meter_id
     where a.contract_id = $1 and ($2::uuid is null or a.site_id = $2) order by 1 limit $3`,
    [contractId, siteId ?? null, mostNamed],
  );
  const sites =
    siteId === undefined
      ? await on.query<{ name: string }>(
          'select name from sites where contract_id = $1 order by name limit $2',
          [contractId, mostNamed],
        )
      : [];
  if (meters.length + sites.length === 0) return;
  const references = {
    ...(meters.length === 0 ? {} : { meters: meters.map(({ agent_id }) => agent_id) }),
    ...(sites.length === 0 ? {} : { sites: sites.map(({ name }) => name) }),
  };
  const what = [
    ...(meters.length === 0 ? [] : ['meters that are or were billed under it']),
    ...(sites.length === 0 ? [] : ['its sites']),
  ].join(' and ');
  throw new Problem('in-use', {
    detail: `What refers to it: ${what}; \`references\` names the first ${mostNamed} of each.`,
    members: { references },
  });
}
