import { randomUUID } from 'node:crypto';
import { activationOf } from '../src/registry/testing-meters.ts';
import type { CallRequest, House } from './house.ts';
import { assertionOf, type LiveMeter } from './meter.ts';

/** What an organisation has that another may try to reach. */
export interface Estate {
  /** Has the same UUID in both organisations. */
  readonly shared: LiveMeter;
  readonly own: LiveMeter;
  readonly upload: { readonly uploadId: string; readonly file: Buffer };
  /** A package of the shared meter. */
  readonly sharedFile: Buffer;
  /** References of reports; empty while the service has no reports. */
  readonly refs: readonly string[];
  /** A person, an API token and a notification of the organisation. */
  readonly personId: string;
  readonly tokenId: string;
  readonly notificationId: string;
  readonly siteId: string;
  readonly customerId: string;
  readonly ruleId: string;
  /** Of the key that its own meter signs with. */
  readonly kid: string;
}

/** The path as the attacker fills it, and what goes with it. */
export interface Attempt extends CallRequest {
  readonly path: string;
}

/**
 * One way to reach for what is not one's own: the attempt at the victim's things, and the same at things that nobody has.
 * The two must not be told apart.
 */
export interface Reach {
  readonly at: Attempt;
  readonly nowhere: Attempt;
  /** Made as the attacker's organisation, or as the attacker's meter. */
  readonly as: 'administrator' | 'meter' | 'nobody';
}

export interface Parties {
  readonly house: House;
  readonly attacker: Estate;
  readonly victim: Estate;
  readonly victimContract: string;
  /** A package for the shared UUID by a key that nobody has. */
  readonly strangersFile: Buffer;
}

const agents = '/usage/api/v1/agents';
const registrations = '/usage/api/v1/agent-registrations';

/** The same path at the victim's own meter and at an unknown one. */
const ofAgent =
  (fill: (agentId: string) => string, more: CallRequest = {}) =>
  ({ victim }: Parties): Reach[] => [
    {
      as: 'administrator',
      at: { path: fill(victim.own.agentId), ...more },
      nowhere: { path: fill(unknownAgent), ...more },
    },
  ];

/** The same path at a thing of the victim's and at one that nobody has. */
const ofThing =
  (
    name: 'personId' | 'tokenId' | 'notificationId' | 'customerId' | 'ruleId',
    fill: (id: string) => string,
    more: CallRequest = {},
  ) =>
  ({ victim }: Parties): Reach[] => [
    {
      as: 'administrator',
      at: { path: fill(victim[name]), ...more },
      nowhere: { path: fill(randomUUID()), ...more },
    },
  ];

const ofOrganisation =
  (fill: (id: string) => string, more: CallRequest = {}) =>
  ({ house }: Parties): Reach[] => [
    {
      as: 'administrator',
      at: { path: fill(house.b.id), ...more },
      nowhere: { path: fill(randomUUID()), ...more },
    },
    // Named by the header, whatever the path is.
    {
      as: 'administrator',
      at: { path: fill(house.a.id), headers: { 'meterhouse-organisation': house.b.id }, ...more },
      nowhere: { path: fill(house.a.id), headers: { 'meterhouse-organisation': randomUUID() }, ...more },
    },
    {
      as: 'administrator',
      at: { path: fill(house.a.id), headers: { 'meterhouse-organisation': house.b.name }, ...more },
      nowhere: { path: fill(house.a.id), headers: { 'meterhouse-organisation': 'Nobody' }, ...more },
    },
  ];

/** The same path at a contract of the victim's and at one that nobody has. */
const ofContract =
  (fill: (number: string) => string, more: CallRequest = {}) =>
  ({ victimContract }: Parties): Reach[] => [
    {
      as: 'administrator',
      at: { path: fill(victimContract), ...more },
      nowhere: { path: fill('nobody-has-this'), ...more },
    },
  ];

/** The same path at a site of the victim's and at one that nobody has. */
const ofSite =
  (fill: (number: string, siteId: string) => string, more: CallRequest = {}) =>
  ({ victim, victimContract }: Parties): Reach[] => [
    {
      as: 'administrator',
      at: { path: fill(victimContract, victim.siteId), ...more },
      nowhere: { path: fill('nobody-has-this', randomUUID()), ...more },
    },
    // Both organisations have a contract of this number; the site is the victim's.
    {
      as: 'administrator',
      at: { path: fill('1012345', victim.siteId), ...more },
      nowhere: { path: fill('1012345', randomUUID()), ...more },
    },
  ];

/** Stands for what nobody has, so that answers differ in nothing else. */
export const unknownAgent = randomUUID();
const unknownUpload = randomUUID();
const packageHeaders = { 'content-type': 'application/vnd.meterhouse.usage+gzip' };

/** Nothing in it is an organisation's, and no parameter names something of one. */
const nobodys = () => [];

/**
 * Every operation of the OpenAPI document and how another organisation's things are tried through it; a new route needs a
 * case here. Lists name nothing: for them the test looks for the victim's things in the answer.
 */
export const reaches: Readonly<Record<string, (parties: Parties) => Reach[] | Promise<Reach[]>>> = {
  'GET /openapi.json': nobodys,
  'GET /docs/problems/{code}': nobodys,
  'GET /docs/postman.json': nobodys,
  'GET /healthz': nobodys,
  'GET /readyz': nobodys,
  'GET /metrics': nobodys,
  'GET /.well-known/oauth-authorization-server': nobodys,
  'GET /.well-known/jwks.json': nobodys,
  'POST /api/v1/backups': nobodys,
  'GET /api/v1/backups': nobodys,
  'GET /api/v1/backups/{backupId}': nobodys,
  'POST /api/v1/rebuilds': nobodys,
  'GET /api/v1/rebuilds/{rebuildId}': nobodys,
  'GET /api/v1/meters': nobodys,
  'GET /api/v1/contracts': nobodys,
  'POST /api/v1/contracts': nobodys,
  'GET /api/v1/customers': nobodys,
  'POST /api/v1/customers': nobodys,
  'GET /api/v1/customer-rules': nobodys,
  'GET /api/v1/months': nobodys,
  'GET /api/v1/months/{month}': nobodys,
  'GET /api/v1/quotas': nobodys,
  'GET /usage/api/v1/reports/{year}/{month}': nobodys,
  'GET /api/v1/whoami': nobodys,
  'GET /api/v1/roles': nobodys,
  'GET /api/v1/organisations': nobodys,
  'POST /api/v1/organisations': nobodys,
  'GET /api/v1/people': nobodys,
  // An address that is a member's elsewhere joins like any other; people-routes.test.ts compares the two.
  'POST /api/v1/people': nobodys,
  'GET /api/v1/api-tokens': nobodys,
  'POST /api/v1/api-tokens': nobodys,
  'GET /api/v1/signing-keys': nobodys,
  'POST /api/v1/signing-keys/{purpose}/rotate': nobodys,
  'GET /api/v1/audit-log': nobodys,
  'GET /api/v1/audit-log/verification': nobodys,
  'GET /api/v1/notifications': nobodys,

  'GET /api/v1/organisations/{organisationId}': ofOrganisation((id) => `/api/v1/organisations/${id}`),
  'PATCH /api/v1/organisations/{organisationId}': ofOrganisation((id) => `/api/v1/organisations/${id}`, {
    body: { sequence: 1, name: 'Mine' },
  }),
  'DELETE /api/v1/organisations/{organisationId}': ofOrganisation(
    (id) => `/api/v1/organisations/${id}?sequence=1`,
  ),
  'GET /api/v1/organisations/{organisationId}/quotas': ofOrganisation(
    (id) => `/api/v1/organisations/${id}/quotas`,
  ),
  'PUT /api/v1/organisations/{organisationId}/quotas': ofOrganisation(
    (id) => `/api/v1/organisations/${id}/quotas`,
    { body: { sequence: 0, meters: 0 } },
  ),
  'GET /api/v1/contracts/{number}': ofContract((number) => `/api/v1/contracts/${number}`),
  'PATCH /api/v1/contracts/{number}': ofContract((number) => `/api/v1/contracts/${number}`, {
    body: { sequence: 1, currency: 'EUR' },
  }),
  'DELETE /api/v1/contracts/{number}': ofContract((number) => `/api/v1/contracts/${number}?sequence=1`),
  'GET /api/v1/contracts/{number}/sites': ofContract((number) => `/api/v1/contracts/${number}/sites`),
  'POST /api/v1/contracts/{number}/sites': ofContract((number) => `/api/v1/contracts/${number}/sites`, {
    body: { name: 'Mine' },
  }),
  'GET /api/v1/contracts/{number}/sites/{siteId}': ofSite(
    (number, siteId) => `/api/v1/contracts/${number}/sites/${siteId}`,
  ),
  'PATCH /api/v1/contracts/{number}/sites/{siteId}': ofSite(
    (number, siteId) => `/api/v1/contracts/${number}/sites/${siteId}`,
    { body: { sequence: 1, name: 'Mine' } },
  ),
  'DELETE /api/v1/contracts/{number}/sites/{siteId}': ofSite(
    (number, siteId) => `/api/v1/contracts/${number}/sites/${siteId}?sequence=1`,
  ),
  'GET /api/v1/customers/{customerId}': ofThing('customerId', (id) => `/api/v1/customers/${id}`),
  'PATCH /api/v1/customers/{customerId}': ofThing('customerId', (id) => `/api/v1/customers/${id}`, {
    body: { sequence: 1, name: 'Mine' },
  }),
  'DELETE /api/v1/customers/{customerId}': ofThing(
    'customerId',
    (id) => `/api/v1/customers/${id}?sequence=1`,
  ),
  'POST /api/v1/customer-rules': () => {
    const naming = (name: string): Attempt => ({
      path: '/api/v1/customer-rules',
      body: {
        name,
        productType: 'vCenter',
        productId: unknownUpload,
        targetType: 'Folder',
        targetId: 'group-v1',
      },
    });
    return [{ as: 'administrator', at: naming('Borealis customer'), nowhere: naming('Nobody') }];
  },
  'GET /api/v1/customer-rules/{ruleId}': ofThing('ruleId', (id) => `/api/v1/customer-rules/${id}`),
  'PATCH /api/v1/customer-rules/{ruleId}': ofThing('ruleId', (id) => `/api/v1/customer-rules/${id}`, {
    body: { sequence: 1, targetId: 'mine' },
  }),
  'DELETE /api/v1/customer-rules/{ruleId}': ofThing(
    'ruleId',
    (id) => `/api/v1/customer-rules/${id}?sequence=1`,
  ),
  'GET /usage/api/v1/agents/{agentId}/customer-rules': ofAgent(
    (agentId) => `${agents}/${agentId}/customer-rules`,
  ),
  'GET /api/v1/people/{personId}': ofThing('personId', (id) => `/api/v1/people/${id}`),
  'PATCH /api/v1/people/{personId}': ofThing('personId', (id) => `/api/v1/people/${id}`, {
    body: { sequence: 1, role: 'reader' },
  }),
  'DELETE /api/v1/people/{personId}': ofThing('personId', (id) => `/api/v1/people/${id}?sequence=1`),
  'GET /api/v1/api-tokens/{tokenId}': ofThing('tokenId', (id) => `/api/v1/api-tokens/${id}`),
  'PATCH /api/v1/api-tokens/{tokenId}': ofThing('tokenId', (id) => `/api/v1/api-tokens/${id}`, {
    body: { sequence: 1, name: 'mine' },
  }),
  'DELETE /api/v1/api-tokens/{tokenId}': ofThing('tokenId', (id) => `/api/v1/api-tokens/${id}?sequence=1`),
  'POST /api/v1/api-tokens/{tokenId}/rotate': ofThing('tokenId', (id) => `/api/v1/api-tokens/${id}/rotate`, {
    body: { sequence: 1, graceSeconds: 0 },
  }),
  'POST /api/v1/notifications/{notificationId}/read': ofThing(
    'notificationId',
    (id) => `/api/v1/notifications/${id}/read`,
  ),

  'POST /csp/gateway/am/api/auth/api-tokens/authorize': () => [
    // One that nearly is the victim's, against one that nothing is like.
    {
      as: 'nobody',
      at: {
        path: '/csp/gateway/am/api/auth/api-tokens/authorize',
        body: form('Borealis-reader-0123456789-abcdefghijklmnoX'),
      },
      nowhere: {
        path: '/csp/gateway/am/api/auth/api-tokens/authorize',
        body: form('nothing-is-like-this-0123456789-abcdefghijklmnoX'),
      },
    },
  ],
  'POST /oauth2/token': async ({ house, attacker, victim }) => {
    const claiming = async (registration: string) => ({
      path: '/oauth2/token',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertionOf(house.url, attacker.own, {
          iss: registration,
          sub: registration,
        }),
      }),
    });
    return [
      { as: 'nobody', at: await claiming(victim.own.registration), nowhere: await claiming(randomUUID()) },
    ];
  },

  'GET /usage/api/v1/agent-registrations/{agentId}': ofAgent((agentId) => `${registrations}/${agentId}`),
  'POST /usage/api/v1/agent-registrations': ({ victim, victimContract }) => {
    const asking = (agentId: string, fields: object): Attempt => ({
      path: registrations,
      body: { agentId, label: 'x', ...fields },
    });
    const agentId = randomUUID();
    return [
      {
        as: 'administrator',
        at: asking(agentId, { contractNumber: victimContract }),
        nowhere: asking(agentId, { contractNumber: 'nobody-has-this' }),
      },
      {
        as: 'administrator',
        at: asking(agentId, { contractNumber: '1012345', siteName: 'Borealis Site' }),
        nowhere: asking(agentId, { contractNumber: '1012345', siteName: 'No Such Site' }),
      },
      // The victim's UUID is as free here as any other: refused for the label, and not for being taken.
      {
        as: 'administrator',
        at: asking(victim.own.agentId, { label: '\t' }),
        nowhere: asking(unknownAgent, { label: '\t' }),
      },
    ];
  },
  'POST /usage/api/v1/agents/{agentId}/activation-token': ofAgent(
    (agentId) => `${agents}/${agentId}/activation-token`,
  ),
  'POST /usage/api/v1/agents/{agentId}/activate': async ({ attacker, victim }) => {
    // A token of the attacker's, turned at another's meter.
    const turned = async (agentId: string): Promise<Attempt> => ({
      path: `${agents}/${agentId}/activate`,
      body: { activation: await activationOf(agentId, attacker.own.activationToken, attacker.own.key) },
    });
    return [{ as: 'nobody', at: await turned(victim.own.agentId), nowhere: await turned(unknownAgent) }];
  },
  'GET /api/v1/meters/{agentId}': ofAgent((agentId) => `/api/v1/meters/${agentId}`),
  'PATCH /api/v1/meters/{agentId}': ofAgent((agentId) => `/api/v1/meters/${agentId}`, {
    body: { sequence: 3, label: 'mine' },
  }),
  'GET /api/v1/meters/{agentId}/keys': ofAgent((agentId) => `/api/v1/meters/${agentId}/keys`),
  'POST /api/v1/meters/{agentId}/keys/{kid}/compromise': ({ attacker, victim }) => {
    const report = (agentId: string, kid: string): Attempt => ({
      path: `/api/v1/meters/${agentId}/keys/${kid}/compromise`,
      body: { reason: 'mine' },
    });
    return [
      {
        as: 'administrator',
        at: report(victim.own.agentId, victim.kid),
        nowhere: report(unknownAgent, victim.kid),
      },
      {
        as: 'administrator',
        at: report(attacker.own.agentId, victim.kid),
        nowhere: report(attacker.own.agentId, 'A'.repeat(43)),
      },
    ];
  },
  'DELETE /api/v1/meters/{agentId}': ofAgent((agentId) => `/api/v1/meters/${agentId}?sequence=3`),
  'POST /api/v1/meters/{agentId}/undelete': ofAgent((agentId) => `/api/v1/meters/${agentId}/undelete`, {
    body: { sequence: 3 },
  }),
  'POST /usage/api/v1/agents/{agentId}/uploads': ({ attacker, victim, strangersFile }) => {
    const send = (agentId: string, file = victim.upload.file): Attempt => ({
      path: `${agents}/${agentId}/uploads`,
      headers: packageHeaders,
      body: new Uint8Array(file),
    });
    return [
      { as: 'administrator', at: send(victim.own.agentId), nowhere: send(unknownAgent) },
      { as: 'meter', at: send(victim.own.agentId), nowhere: send(unknownAgent) },
      {
        as: 'administrator',
        at: send(attacker.shared.agentId, victim.sharedFile),
        nowhere: send(attacker.shared.agentId, strangersFile),
      },
    ];
  },
  'GET /usage/api/v1/agents/{agentId}/uploads': ({ attacker, victim }) => {
    const list = (agentId: string): Attempt => ({ path: `${agents}/${agentId}/uploads` });
    return [
      { as: 'administrator', at: list(victim.own.agentId), nowhere: list(unknownAgent) },
      { as: 'meter', at: list(victim.own.agentId), nowhere: list(unknownAgent) },
      { as: 'meter', at: list(attacker.shared.agentId), nowhere: list(unknownAgent) },
    ];
  },
  'GET /usage/api/v1/agents/{agentId}/uploads/{uploadId}': ({ attacker, victim }) => {
    const show = (agentId: string, uploadId: string): Attempt => ({
      path: `${agents}/${agentId}/uploads/${uploadId}`,
    });
    const { uploadId } = victim.upload;
    return [
      {
        as: 'administrator',
        at: show(victim.own.agentId, uploadId),
        nowhere: show(unknownAgent, unknownUpload),
      },
      {
        as: 'administrator',
        at: show(attacker.own.agentId, uploadId),
        nowhere: show(attacker.own.agentId, unknownUpload),
      },
      {
        as: 'administrator',
        at: show(attacker.shared.agentId, uploadId),
        nowhere: show(attacker.shared.agentId, unknownUpload),
      },
      {
        as: 'meter',
        at: show(attacker.own.agentId, uploadId),
        nowhere: show(attacker.own.agentId, unknownUpload),
      },
    ];
  },
  'GET /usage/api/v1/agents/{agentId}/coverage/{year}/{month}': ofAgent(
    (agentId) => `${agents}/${agentId}/coverage/2023/3`,
  ),
  'GET /usage/api/v1/reports/{year}/{month}/{agentId}': ofAgent(
    (agentId) => `/usage/api/v1/reports/2023/3/${agentId}`,
  ),
  'GET /usage/api/v1/reports': ({ victim }) =>
    victim.refs.map((ref) => ({
      as: 'administrator',
      at: { path: `/usage/api/v1/reports?ref=${ref}` },
      nowhere: { path: `/usage/api/v1/reports?ref=${'A'.repeat(ref.length)}` },
    })),
};

function form(refreshToken: string): URLSearchParams {
  return new URLSearchParams({ refresh_token: refreshToken });
}
