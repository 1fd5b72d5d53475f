// What must compile and what must not, held by `npm run check`: the compiler fails on a line below @ts-expect-error that is
// right after all. Nothing here calls anything.
import { test } from 'node:test';
import type { Answer, Client, Data, ItemOf, PathOf, ReportEntry, RequestBody } from './index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>() => undefined;

const METER = '/api/v1/meters/{agentId}';
const REGISTRATION = '/usage/api/v1/agent-registrations/{agentId}';

test('the types of calls are those of the document', () => {
  holds<Equal<Data<'GET', typeof METER>['sequence'], number>>();
  holds<Equal<Answer<'GET', typeof REGISTRATION>['status'], 200 | 202 | 204>>();
  holds<Equal<Extract<Answer<'GET', typeof REGISTRATION>, { status: 204 }>['data'], undefined>>();
  holds<Equal<ItemOf<'/api/v1/meters'>['agentId'], string>>();
  holds<Equal<RequestBody<'GET', typeof METER>, never>>();
  holds<Equal<RequestBody<'POST', '/usage/api/v1/agent-registrations'>['label'], string>>();
  holds<Equal<ReportEntry['contentLength'], number>>();
  holds<Equal<Extract<PathOf<'POST'>, typeof METER>, never>>();
});

export async function neverCalled(client: Client): Promise<void> {
  const answer = await client.request('GET', REGISTRATION, { path: { agentId: 'a' } });
  if (answer.status === 200) answer.data.contractNumber.toUpperCase();
  // @ts-expect-error before its status is known, an answer may have no contract
  answer.data.contractNumber;
  // @ts-expect-error there is no such path
  await client.request('GET', '/api/v1/nothing');
  // @ts-expect-error the path takes no PATCH of that kind
  await client.request('PUT', METER, { path: { agentId: 'a' } });
  // @ts-expect-error the parameter of the path is missing
  await client.request('GET', METER);
  // @ts-expect-error it is misspelt
  await client.request('GET', METER, { path: { agentID: 'a' } });
  // @ts-expect-error there is no such query
  await client.request('GET', '/api/v1/meters', { query: { lmit: 3 } });
  await client.request('GET', '/api/v1/meters', { query: { limit: 3 } });
  await client.request('GET', '/api/v1/meters');
  // @ts-expect-error the query is required
  await client.request('GET', '/usage/api/v1/reports');
  // @ts-expect-error a body lacks what is required
  await client.meters.register({ agentId: 'a' });
  // @ts-expect-error and has what is not
  await client.meters.register({ agentId: 'a', label: 'b', meteringMode: 'SOMETIMES' });
  const contract = await client.contracts.get('1012345');
  await client.contracts.change(contract.number, { sequence: contract.sequence });
  // @ts-expect-error a change must name the sequence that it saw
  await client.contracts.change('1012345', {});
  // @ts-expect-error months are not created
  await client.months.create({});
  // @ts-expect-error the audit log is never changed
  await client.auditLog.delete('1', 1);
  const token = await client.apiTokens.rotate('a', { sequence: 1, graceSeconds: 60 });
  token.value.toUpperCase();
  // @ts-expect-error how long the old value works is said
  await client.apiTokens.rotate('a', { sequence: 1 });
  (await client.signingKeys.rotate('report', { timeout: 1 })).kid.toUpperCase();
  // @ts-expect-error there is no key of that purpose
  await client.signingKeys.rotate('upload');
  (await client.quotas.get()).items[0]?.limit.toFixed();
  (await client.quotas.set('a', { sequence: 0, meters: null })).sequence.toFixed();
  // @ts-expect-error there is no such quota
  await client.quotas.set('a', { sequence: 0, metres: 3 });
  // @ts-expect-error quotas are of an organisation
  await client.quotas.of();
  (await client.backups.create({ idempotencyKey: 'a' })).state satisfies string;
  (await client.backups.list()).items[0]?.id.toUpperCase();
  (await client.rebuilds.get((await client.rebuilds.start()).rebuildId)).months.length.toFixed();
  // @ts-expect-error a rebuild is not listed
  await client.rebuilds.list();
  // @ts-expect-error a month is written with a dash
  await client.reports.month('202301');
  // @ts-expect-error there is no such form
  await client.reports.download('ref', { as: 'pdf' });
}
