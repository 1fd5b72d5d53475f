import { Problem } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/index.ts';

/**
 * The caller in the organisation that the header Meterhouse-Organisation names, by id or by name. Operators enter any; to
 * everybody else their own is open and all others are closed in the same words, whether there is such an organisation or not.
 *
 * @throws problem `forbidden`; `organisation-unknown`, to operators only
 */
export async function enterOrganisation(
  on: Queryable,
  caller: Caller,
  named: string | undefined,
): Promise<Caller> {
  if (named === undefined || named === caller.organisationId) return caller;
  const isOperator = caller.role === 'operator' && caller.agentId === undefined;
  const organisationId = await findOrganisation(on, named, isOperator ? undefined : caller.organisationId);
  if (organisationId === caller.organisationId) return caller;
  if (!isOperator)
    throw new Problem('forbidden', {
      detail: 'Only operators act in other organisations. Leave out the header Meterhouse-Organisation.',
    });
  if (organisationId === undefined)
    throw new Problem('organisation-unknown', {
      detail: 'The header Meterhouse-Organisation names no organisation.',
    });
  return { ...caller, organisationId, homeOrganisationId: caller.organisationId };
}

/** @param among the one organisation to look at; without it all. So what is found for others never depends on who else is here */
async function findOrganisation(
  on: Queryable,
  named: string,
  among: string | undefined,
): Promise<string | undefined> {
  const [row] = await on.query<{ id: string }>(
    `select id from organisations where (id::text = lower($1) or name = $1) and ($2::uuid is null or id = $2)
     order by id::text = lower($1) desc limit 1`,
    [named, among ?? null],
  );
  return row?.id;
}
