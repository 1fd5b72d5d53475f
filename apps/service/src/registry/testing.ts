import { randomBytes, randomUUID } from 'node:crypto';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { createCommerce, putContract, putSite } from '../commerce/index.ts';
import { createCustomers } from '../customers/index.ts';
import { createIdentity, type Identity, type IdentityOptions } from '../identity/index.ts';
import { notificationRoutes } from '../notices/index.ts';
import { createRecordChange } from '../platform/audit/index.ts';
import { createTestDatabase, silentLogger } from '../platform/database/testing.ts';
import type { Database } from '../platform/database/types.ts';
import { type App, createApp, type Role, type Routes } from '../platform/http/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { createSecrets } from '../platform/secrets/index.ts';
import { createQuotas } from '../quotas/index.ts';
import { coverageOfMonth } from '../usage/index.ts';
import { meterKeys } from './meter-keys.ts';
import { createRegistry, type Registry } from './registry.ts';

/** Quotas that no test reaches by the way. */
export const ample = {
  meters: 1000,
  uploadsPerDay: 100_000,
  uploadBytesPerDay: 1e12,
  renderingsPerHour: 1000,
};

export const issuer = 'https://meterhouse.example';

/** One house of identity and registry on a database of its own, with a clock that stands until it is set. */
export interface House {
  readonly database: Database;
  readonly identity: Identity;
  readonly registry: Registry;
  /** Months of meters whose reports were asked for anew: `<meters.id> 2023-01`. */
  readonly renewed: string[];
  readonly app: App;
  now: Date;
  /** Sets the clock and gives the organisations new access tokens. */
  moveTo(now: string): Promise<void>;
  call(access: string | undefined, options: InjectOptions): Promise<LightMyRequestResponse>;
  /** An organisation with contract 1012345 (Site A, Site B) and contract 2000001 (Site A), and an access token of each role. */
  organisation(name: string): Promise<Organisation>;
  /** Runs the jobs that wait. */
  runJobs(): Promise<void>;
  actions(): Promise<string[]>;
  close(): Promise<void>;
}

export interface Organisation {
  readonly id: string;
  administrator: string;
  reporter: string;
  reader: string;
}
const roles = ['administrator', 'reporter', 'reader'] as const;

export async function openHouse(
  options: Partial<Pick<IdentityOptions, 'allowTokenInQuery' | 'attemptRates'>> & {
    routes?: readonly Routes[];
    quotas?: Partial<typeof ample>;
  } = {},
): Promise<House> {
  const database = await createTestDatabase();
  const organisations: Organisation[] = [];
  const clock = () => house.now;
  const recordChange = createRecordChange(clock);
  const identity = createIdentity({
    ...options,
    database,
    recordChange,
    clock,
    meterKeys,
    secrets: createSecrets(randomBytes(32)),
    publicUrl: () => issuer,
  });
  const { makeChange } = identity;
  const renewed: string[] = [];
  const commerce = createCommerce({
    database,
    recordChange,
    clock,
    makeChange,
    requestRenewal: async (_transaction, meterId, month) => void renewed.push(`${meterId} ${month}`),
  });
  const customers = createCustomers({ database, recordChange, clock, makeChange });
  const quotas = createQuotas({ database, recordChange, clock, settings: { ...ample, ...options.quotas } });
  const registry = createRegistry({
    ...options,
    database,
    recordChange,
    clock,
    jobs: createJobs(),
    confirmCaller: identity.confirmCaller,
    makeChange: identity.makeChange,
    coverageOf: coverageOfMonth,
    quotas,
    logger: silentLogger,
  });
  const app = await createApp({
    logger: silentLogger,
    authenticate: identity.authenticate,
    routes: [
      ...identity.routes,
      ...registry.routes,
      ...commerce.routes,
      ...customers.routes,
      ...quotas.routes(identity.makeChange),
      notificationRoutes({ database, recordChange, clock, makeChange: identity.makeChange }),
      ...(options.routes ?? []),
    ],
    publicUrl: () => issuer,
    version: '0.0.0',
  });
  await app.ready();

  const house: House = {
    database,
    renewed,
    identity,
    registry,
    app,
    now: new Date('2023-01-15T10:20:30Z'),
    call: (access, request) =>
      app.inject({
        ...request,
        headers: {
          ...request.headers,
          ...(access === undefined ? {} : { authorization: `Bearer ${access}` }),
        },
      }),
    async organisation(name) {
      const organisation = await makeOrganisation(house, name);
      organisations.push(organisation);
      return organisation;
    },
    async moveTo(now) {
      house.now = new Date(now);
      for (const organisation of organisations)
        for (const role of roles) organisation[role] = (await accessOf(house, organisation.id, role)).access;
    },
    async runJobs() {
      const waiting = await database.query<{ payload: { meterId: string } }>(
        `delete from graphile_worker._private_jobs using graphile_worker._private_tasks t
         where t.id = task_id and t.identifier = 'registration-finish' returning payload`,
      );
      for (const { payload } of waiting) await registry.finishRegistration(payload);
    },
    actions: async () =>
      (await database.query<{ action: string }>('select action from audit_log order by id')).map(
        ({ action }) => action,
      ),
    async close() {
      await app.close();
      await database.close();
    },
  };
  return house;
}

/** Runs `work` with a house, which is gone afterwards. */
export async function withHouse(
  work: (house: House) => Promise<void>,
  options: Parameters<typeof openHouse>[0] = {},
): Promise<void> {
  const house = await openHouse(options);
  try {
    await work(house);
  } finally {
    await house.close();
  }
}

async function makeOrganisation(house: House, name: string): Promise<Organisation> {
  const [row] = await house.database.query<{ id: string }>(
    'insert into organisations (name) values ($1) returning id',
    [name],
  );
  const { id } = row!;
  const silent = {
    recordChange: async () => undefined,
    requestRenewal: async () => undefined,
    clock: () => house.now,
  };
  const author = { organisationId: id, actor: 'service' };
  await house.database.transaction(async (transaction) => {
    for (const [number, ...sites] of [
      ['1012345', 'Site A', 'Site B'],
      ['2000001', 'Site A'],
    ] as [string, ...string[]][]) {
      const contract = await putContract(transaction, silent, author, {
        number,
        family: 'RENTAL',
        currency: 'USD',
        minimumCommit: { quantity: '0', unit: 'points' },
        ruleSet: 'flex',
      });
      for (const site of sites)
        await putSite(
          transaction,
          silent,
          author,
          { id: contract.id, number },
          { name: site, countryRegion: '', address: '', postCode: '' },
        );
    }
  });
  const access = async (role: Role) => (await accessOf(house, id, role)).access;
  return {
    id,
    administrator: await access('administrator'),
    reporter: await access('reporter'),
    reader: await access('reader'),
  };
}

/** A new API token of the organisation, and an access token that it was exchanged for. */
export async function accessOf(house: House, organisationId: string, role: Role) {
  const token = await house.database.transaction((transaction) =>
    house.identity.makeApiToken(transaction, { organisationId, name: role, role, actor: 'service' }),
  );
  const answer = await exchange(house, { refresh_token: token.value });
  return { ...token, access: answer.json().access_token as string };
}

export const form = (fields: Record<string, string>) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: new URLSearchParams(fields).toString(),
});

export function exchange(house: House, fields: Record<string, string>, remoteAddress = '192.0.2.1') {
  return house.call(undefined, {
    method: 'POST',
    url: '/csp/gateway/am/api/auth/api-tokens/authorize',
    remoteAddress,
    ...form(fields),
  });
}

export function register(house: House, access: string | undefined, body: unknown) {
  return house.call(access, {
    method: 'POST',
    url: '/usage/api/v1/agent-registrations',
    payload: body as object,
  });
}

/** A registered meter of the organisation. */
export async function registered(
  house: House,
  { reporter }: Organisation,
  fields: object = {},
): Promise<string> {
  const agentId = randomUUID();
  const answer = await register(house, reporter, { agentId, label: 'um46', ...fields });
  if (answer.statusCode !== 202) throw new Error(answer.body);
  await house.runJobs();
  return agentId;
}
