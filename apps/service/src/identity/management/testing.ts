import type { LightMyRequestResponse } from 'fastify';
import { accessOf, type House } from '../../registry/testing.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Calls the management API: `ask(house, access)('POST', '/people', body, headers)`. */
export const ask =
  (house: House, access: string) =>
  (
    method: Method,
    path: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    house.call(access, {
      method,
      url: `/api/v1${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });

/** The operators' organisation of a house, and an operator's access token. */
export async function operators(house: House) {
  const organisation = await house.organisation('Operators');
  await house.database.query('update organisations set is_operator = true where id = $1', [organisation.id]);
  const token = await accessOf(house, organisation.id, 'operator');
  return { ...organisation, operator: token.access, operatorTokenId: token.id };
}

/** A person of an organisation with an API token of their own; `access` is what it was exchanged for. */
export async function personWithToken(
  house: House,
  organisationId: string,
  email: string,
  role: 'operator' | 'administrator' | 'reporter' | 'reader',
) {
  const [person] = await house.database.query<{ id: string }>(
    'insert into people (email) values ($1) returning id',
    [email],
  );
  const { id } = person!;
  await house.database.query(
    'insert into memberships (person_id, organisation_id, role) values ($1, $2, $3)',
    [id, organisationId, role],
  );
  const token = await accessOf(house, organisationId, role);
  await house.database.query('update api_tokens set person_id = $2 where id = $1', [token.id, id]);
  return { id, tokenId: token.id, value: token.value, access: token.access };
}

export const pointers = (answer: LightMyRequestResponse): string[] =>
  answer.json().errors.map(({ pointer }: { pointer: string }) => pointer);

export const codeOf = (answer: LightMyRequestResponse) => `${answer.statusCode} ${answer.json().code}`;

/** Everything that the records hold, as one text: for what must stand nowhere in it. */
export async function everything(house: House): Promise<string> {
  const tables = ['api_tokens', 'audit_log', 'idempotency_keys', 'people', 'notifications', 'signing_keys'];
  const rows = await Promise.all(
    tables.map((table) => house.database.query(`select t::text as row from ${table} t`)),
  );
  return JSON.stringify(rows);
}
