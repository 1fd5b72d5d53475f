import { RoleList, WhoAmI } from '@meterhouse/contract';
import { decodeJwt } from 'jose';
import type { Queryable } from '../../platform/database/types.ts';
import { bearerOf, type Routes } from '../../platform/http/index.ts';
import { roleList } from './roles.ts';
import type { ManagementTools } from './tools.ts';

/** Who calls, and what roles there are. */
export function whoamiRoutes({ database }: ManagementTools): Routes {
  const tags = ['people'];
  return (app) => {
    app.get(
      '/api/v1/whoami',
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getCaller',
          summary: 'Who you are to the service',
          description: 'The organisation that you act in, your role, the API token behind your access token.',
          tags,
          response: { 200: WhoAmI },
        },
      },
      async (request): Promise<WhoAmI> => {
        const { organisationId, homeOrganisationId, actor, role, tokenId } = request.caller;
        const homeId = homeOrganisationId ?? organisationId;
        const names = await namesOf(database, [organisationId, homeId]);
        const token = tokenId === undefined ? undefined : await tokenOf(database, homeId, tokenId);
        const organisation = (id: string) => ({ id, name: names.get(id) ?? '' });
        // The signature was checked when the caller was let in.
        const { exp } = decodeJwt(bearerOf(request)!);
        return {
          organisation: organisation(organisationId),
          ...(homeOrganisationId === undefined ? {} : { homeOrganisation: organisation(homeOrganisationId) }),
          actor,
          role,
          operator: role === 'operator',
          ...(token === undefined ? {} : { token }),
          accessTokenExpiresAt: new Date(exp! * 1000).toISOString(),
        };
      },
    );

    app.get(
      '/api/v1/roles',
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listRoles',
          summary: 'The roles and what each may do',
          description: 'From most to least; each may do what those below it may.',
          tags,
          response: { 200: RoleList },
        },
      },
      async () => roleList,
    );
  };
}

async function namesOf(on: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await on.query<{ id: string; name: string }>(
    'select id, name from organisations where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

async function tokenOf(on: Queryable, organisationId: string, tokenId: string) {
  const [row] = await on.query<{ id: string; name: string; lastFour: string }>(
    'select id, name, last_four as "lastFour" from api_tokens where id = $1 and organisation_id = $2',
    [tokenId, organisationId],
  );
  return row;
}
