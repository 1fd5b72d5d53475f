import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, test } from 'node:test';
import { makeApiToken, revokeApiToken } from '../identity/api-tokens.ts';
import { findApiToken, verifyPassword } from '../identity/index.ts';
import { createRecordChange } from '../platform/audit/index.ts';
import type { Database } from '../platform/database/index.ts';
import { silentLogger, withTestDatabase } from '../platform/database/testing.ts';
import { applyDeclaration, DeclarationFaults } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'meterhouse-provisioning-'));
after(() => rmSync(folder, { recursive: true }));
const clock = () => new Date('2023-01-01T00:00:00Z');
const recordChange = createRecordChange(clock);

const first = 'pTd8vN2xQ7mK4wZ1rB6yH3cJ9sLf';
const second = 'Xk5nW8aE2uR7tG4iV1oD6pM3qCzb';
const environment = { ACME_PASSWORD: 'correct horse', ACME_TOKEN: first };
const acme = `
organisations:
  - name: Acme Cloud
    partnerId: P-1001
    people:    [{email: Ops@acme.example, role: administrator, password: {env: ACME_PASSWORD}}]
    apiTokens: [{name: automation, role: administrator, value: {env: ACME_TOKEN}}]
    contracts:
      - {number: "1012345", family: RENTAL, currency: USD, minimumCommit: {quantity: "360", unit: points}, ruleSet: flex, sites: [{name: Site A, countryRegion: BG, postCode: "1000"}]}
`;

function fileWith(content: string, mode = 0o600): string {
  const file = join(folder, `${Math.random()}.yaml`);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}
function apply(
  database: Database,
  content: string,
  variables: NodeJS.ProcessEnv = environment,
): Promise<number> {
  const identity = {
    makeApiToken: (
      transaction: Parameters<typeof makeApiToken>[0],
      token: Parameters<typeof makeApiToken>[2],
    ) => makeApiToken(transaction, recordChange, token),
  };
  const options = {
    database,
    recordChange,
    requestRenewal: async () => undefined,
    identity,
    logger: silentLogger,
    clock,
  };
  return applyDeclaration(options, fileWith(content), variables);
}
async function faultsOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof DeclarationFaults, String(error));
    return error.faults.map(({ line, place, message }) => `${line} ${place} ${message}`);
  }
  return [];
}
const works = async (database: Database, value: string) =>
  (await findApiToken(database, value, clock())) !== undefined;
const contentsOf = async (database: Database) => {
  const tables = ['organisations', 'people', 'memberships', 'api_tokens', 'contracts', 'sites', 'audit_log'];
  return Promise.all(tables.map((table) => database.query(`select * from ${table} order by 1, 2`)));
};

test('the file makes organisations, people, tokens, contracts and sites', () =>
  withTestDatabase(async (database) => {
    await apply(database, acme);
    const token = await findApiToken(database, first, clock());
    assert.deepEqual(
      [token?.organisationName, token?.name, token?.role],
      ['Acme Cloud', 'automation', 'administrator'],
    );
    const [person] = await database.query<{ email: string; password_hash: string }>('select * from people');
    assert.equal(person?.email, 'ops@acme.example');
    assert.ok(await verifyPassword('correct horse', person.password_hash));
    const [site] = await database.query(
      `select o.partner_id, c.number, c.rule_set, s.name, s.country_region, s.post_code
       from sites s join contracts c on c.id = s.contract_id join organisations o on o.id = c.organisation_id`,
    );
    assert.deepEqual(site, {
      partner_id: 'P-1001',
      number: '1012345',
      rule_set: 'flex',
      name: 'Site A',
      country_region: 'BG',
      post_code: '1000',
    });
  }));

test('the same file twice changes nothing, and every change of the first is in the audit log', () =>
  withTestDatabase(async (database) => {
    const changes = await apply(database, acme);
    const before = await contentsOf(database);
    const [log] = await database.query<{ entries: string }>(
      'select count(*)::text as entries from audit_log',
    );
    assert.equal(Number(log?.entries), changes);
    assert.equal(await apply(database, acme), 0);
    assert.deepEqual(await contentsOf(database), before);
  }));

test('a password applies once', () =>
  withTestDatabase(async (database) => {
    await apply(database, acme);
    await apply(database, acme, { ...environment, ACME_PASSWORD: 'another horse' });
    const [person] = await database.query<{ password_hash: string }>('select password_hash from people');
    assert.ok(await verifyPassword('correct horse', person!.password_hash));
  }));

test('a password opens the organisations whose entries know it, and no other that the person joins', () =>
  withTestDatabase(async (database) => {
    const entry = (name: string, variable: string) =>
      `  - {name: ${name}, people: [{email: ops@acme.example, role: reader, password: {env: ${variable}}}]}\n`;
    const file = `organisations:\n${entry('A', 'ONE')}${entry('B', 'ONE')}${entry('C', 'TWO')}`;
    await apply(database, file, { ONE: 'correct horse', TWO: 'another horse' });
    const opened = await database.query<{ name: string }>(
      'select o.name from memberships m join organisations o on o.id = m.organisation_id where password_opens order by 1',
    );
    assert.deepEqual(
      opened.map(({ name }) => name),
      ['A', 'B'],
    );
  }));

describe('an API token', () => {
  it('with a changed value retires the one before', () =>
    withTestDatabase(async (database) => {
      await apply(database, acme);
      await apply(database, acme, { ...environment, ACME_TOKEN: second });
      assert.equal(await works(database, first), false);
      assert.equal(await works(database, second), true);
    }));

  it('that was revoked stays revoked', () =>
    withTestDatabase(async (database) => {
      await apply(database, acme);
      const token = (await findApiToken(database, first, clock()))!;
      await database.transaction((transaction) =>
        revokeApiToken(transaction, recordChange, {
          organisationId: token.organisationId,
          tokenId: token.id,
          actor: 'service',
          at: clock(),
        }),
      );
      assert.equal(await apply(database, acme), 0);
      assert.equal(await works(database, first), false);
    }));

  it('with a changed role keeps its value', () =>
    withTestDatabase(async (database) => {
      await apply(database, acme);
      await apply(database, acme.replace('automation, role: administrator', 'automation, role: reader'));
      assert.equal((await findApiToken(database, first, clock()))?.role, 'reader');
    }));

  it('of a person with the same name is left alone', () =>
    withTestDatabase(async (database) => {
      await apply(database, acme);
      const [organisation] = await database.query<{ id: string }>('select id from organisations');
      const { value } = await database.transaction((transaction) =>
        makeApiToken(transaction, recordChange, {
          organisationId: organisation!.id,
          name: 'automation',
          role: 'reader',
          actor: 'person:1',
        }),
      );
      await apply(database, acme, { ...environment, ACME_TOKEN: second });
      assert.equal(await works(database, value), true);
    }));

  it('does not take the value of another, and then nothing of the file is applied', () =>
    withTestDatabase(async (database) => {
      await apply(database, acme);
      const before = await contentsOf(database);
      const other = acme.replace('Acme Cloud', 'Other').replace('P-1001', 'P-1002');
      assert.deepEqual(await faultsOf(apply(database, other)), [
        '6 organisations/0/apiTokens/0/value is the value of another token already; make a new one',
      ]);
      assert.deepEqual(await contentsOf(database), before);
    }));
});

test('a partner number that another organisation has is refused with its line', () =>
  withTestDatabase(async (database) => {
    await apply(database, acme);
    const other = 'organisations:\n  - name: Other\n    partnerId: P-1001\n';
    assert.deepEqual(await faultsOf(apply(database, other)), [
      '3 organisations/0/partnerId belongs to another organisation already',
    ]);
  }));

test('every fault is named at once with its line, and nothing is applied', () =>
  withTestDatabase(async (database) => {
    const wrong = `
organisations:
  - name: Acme
    colour: red
    people: [{email: nobody, role: king}]
    apiTokens:
      - {name: automation, role: reader}
    contracts:
      - number: 1012345
        family: RENTAL
        currency: usd
        ruleSet: steep
        minimumCommit: {quantity: 360, unit: points}
`;
    assert.deepEqual(await faultsOf(apply(database, wrong)), [
      '4 organisations/0/colour is not known here; known are name, partnerId, people, apiTokens, contracts',
      '5 organisations/0/people/0/email must be an e-mail address',
      '5 organisations/0/people/0/role must be one of operator, administrator, reporter, reader',
      '7 organisations/0/apiTokens/0/value is required',
      '9 organisations/0/contracts/0/number must be text: put it in quotes',
      '11 organisations/0/contracts/0/currency must be a currency of three letters such as USD',
      '12 organisations/0/contracts/0/ruleSet must be one of flex, cores, plain',
      '13 organisations/0/contracts/0/minimumCommit/quantity must be text: put it in quotes',
    ]);
    assert.deepEqual(await database.query('select * from organisations'), []);
  }));

test('what contradicts itself or cannot be used is named with its line', () =>
  withTestDatabase(async (database) => {
    writeFileSync(join(folder, 'token'), `${second}\n`);
    const wrong = `
organisations:
  - name: Acme
    people:
      - {email: ops@acme.example, role: operator, password: {env: NO_SUCH}}
      - {email: OPS@acme.example, role: reader, password: short}
    apiTokens:
      - {name: a, role: reader, value: {file: token}}
      - {name: a, role: reader, value: ${second}}
      - {name: b, role: reader, value: {file: no-such}}
      - {name: c, role: reader, value: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
      - {name: d, role: reader, value: 0123456789abcdef0123456789ab}
      - {name: e, role: reader, value: 5F0C7C3E-0b5f-4f0a-8a55-0c1d2e3f4a5b}
  - name: Acme
`;
    assert.deepEqual(await faultsOf(apply(database, wrong)), [
      '5 organisations/0/people/0/role is possible in the organisation Operators only',
      '5 organisations/0/people/0/password the variable NO_SUCH is not set',
      '6 organisations/0/people/1/email is there twice',
      '6 organisations/0/people/1/password must have 8 characters or more, 1024 at most',
      '9 organisations/0/apiTokens/1/name is there twice',
      '9 organisations/0/apiTokens/1/value is the value of organisations/0/apiTokens/0/value too',
      `10 organisations/0/apiTokens/2/value the file ${join(folder, 'no-such')} cannot be read: ENOENT`,
      '11 organisations/0/apiTokens/3/value must have 128 random bits or more: make one with "openssl rand -base64 32"',
      '12 organisations/0/apiTokens/4/value must have 128 random bits or more: make one with "openssl rand -base64 32"',
      '13 organisations/0/apiTokens/5/value must not be a UUID, which logs may tell: make one with "openssl rand -base64 32"',
      '14 organisations/1/name is there twice',
    ]);
  }));

test("a file with literal secrets must be its owner's alone; one without may be read by all", () =>
  withTestDatabase(async (database) => {
    const literal = acme.replace('{env: ACME_TOKEN}', second);
    const options = (content: string) => [fileWith(content, 0o644), environment] as const;
    const identity = {
      makeApiToken: (
        transaction: Parameters<typeof makeApiToken>[0],
        token: Parameters<typeof makeApiToken>[2],
      ) => makeApiToken(transaction, recordChange, token),
    };
    const requestRenewal = async () => undefined;
    const base = { database, recordChange, requestRenewal, identity, logger: silentLogger, clock };
    const [fault] = await faultsOf(applyDeclaration(base, ...options(literal)));
    assert.match(
      fault ?? '',
      /^6 organisations\/0\/apiTokens\/0\/value is a secret in a file that others can read/,
    );
    assert.ok(!fault?.includes(second));
    assert.ok((await applyDeclaration(base, ...options(acme))) > 0);
  }));

test('what is no YAML is told with its line', () =>
  withTestDatabase(async (database) => {
    const faults = await faultsOf(apply(database, 'organisations:\n  - name: "a\n  - b: [\n'));
    assert.ok(faults.length > 0 && faults.every((fault) => /^[1-4] /.test(fault)), faults.join('\n'));
  }));
