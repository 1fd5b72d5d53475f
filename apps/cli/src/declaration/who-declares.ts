import type { OrganisationItem, WhoAmI } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import { allPages } from '../output/all-pages.ts';

/** Who applies or exports, and the organisations that they may name. */
export interface Declarer {
  /** Runs the service and has not entered one organisation: may name all, and make new ones. */
  readonly everywhere: boolean;
  readonly byOperator: boolean;
  readonly organisations: readonly OrganisationItem[];
  /** The one that the caller is in. */
  readonly own: string;
  /** Of the API token that is used for it. */
  readonly tokenId: string | undefined;
}

export async function whoDeclares(client: Client): Promise<Declarer> {
  const caller = await client.json<WhoAmI>('/api/v1/whoami');
  const all = await Array.fromAsync(allPages<OrganisationItem>(client, '/api/v1/organisations'));
  const everywhere = caller.operator && caller.homeOrganisation === undefined;
  return {
    everywhere,
    byOperator: caller.operator,
    organisations: everywhere ? all : all.filter(({ id }) => id === caller.organisation.id),
    own: caller.organisation.name,
    tokenId: caller.token?.id,
  };
}
