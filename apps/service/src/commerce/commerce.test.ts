import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordChange } from '../platform/audit/index.ts';
import type { Database } from '../platform/database/index.ts';
import { withTestDatabase } from '../platform/database/testing.ts';
import { findContract } from './find-contract.ts';
import { findSite } from './find-site.ts';
import { type ContractTerms, putContract, putSite } from './index.ts';

const clock = () => new Date('2023-01-01T00:00:00Z');
const tools = {
  recordChange: createRecordChange(clock),
  requestRenewal: async () => undefined,
  clock,
};
const terms: ContractTerms = {
  number: '1012345',
  family: 'RENTAL',
  currency: 'USD',
  minimumCommit: { quantity: '360.5', unit: 'points' },
  ruleSet: 'flex',
};
const site = { name: 'Site A', countryRegion: 'BG', address: '', postCode: '1000' };

async function twoOrganisations(database: Database): Promise<[string, string]> {
  const rows = await database.query<{ id: string }>(
    "insert into organisations (name) values ('Acme'), ('Other') returning id",
  );
  return [rows[0]!.id, rows[1]!.id];
}
const put = (database: Database, organisationId: string, wanted: ContractTerms) =>
  database.transaction((transaction) =>
    putContract(transaction, tools, { organisationId, actor: 'service' }, wanted),
  );
const actions = async (database: Database) =>
  (await database.query<{ action: string }>('select action from audit_log order by id')).map(
    ({ action }) => action,
  );

test('a contract is made, changed and left alone, and only what changed is in the audit log', () =>
  withTestDatabase(async (database) => {
    const [acme] = await twoOrganisations(database);
    const made = await put(database, acme, terms);
    assert.equal(made.changed, true);
    assert.deepEqual(await put(database, acme, terms), { id: made.id, changed: false });
    const same = { ...terms, minimumCommit: { quantity: '360.50', unit: 'points' } };
    assert.equal((await put(database, acme, same)).changed, false);
    assert.deepEqual(await put(database, acme, { ...terms, ruleSet: 'cores' }), {
      id: made.id,
      changed: true,
    });
    assert.deepEqual(await findContract(database, acme, '1012345'), {
      ...terms,
      id: made.id,
      ruleSet: 'cores',
      sequence: 2,
      createdAt: clock().toISOString(),
      modifiedAt: clock().toISOString(),
    });
    assert.deepEqual(await actions(database), ['contract-made', 'contract-changed']);
  }));

test('an organisation sees its own contracts and sites, and no other', () =>
  withTestDatabase(async (database) => {
    const [acme, other] = await twoOrganisations(database);
    const { id } = await put(database, acme, terms);
    const putSiteAs = (organisationId: string) =>
      database.transaction((transaction) =>
        putSite(transaction, tools, { organisationId, actor: 'service' }, { id, number: '1012345' }, site),
      );
    assert.equal(await putSiteAs(other), false);
    assert.equal(await putSiteAs(acme), true);

    assert.equal((await findSite(database, acme, id, 'Site A'))?.postCode, '1000');

    assert.equal(await findContract(database, other, '1012345'), undefined);
    assert.equal(await findSite(database, other, id, 'Site A'), undefined);
    assert.notEqual((await put(database, other, terms)).id, id);
  }));

test('a site is changed when its address is', () =>
  withTestDatabase(async (database) => {
    const [acme] = await twoOrganisations(database);
    const { id } = await put(database, acme, terms);
    const putAs = (wanted: typeof site) =>
      database.transaction((transaction) =>
        putSite(transaction, tools, { organisationId: acme, actor: 'service' }, { id, number: '1' }, wanted),
      );
    assert.deepEqual(
      [await putAs(site), await putAs(site), await putAs({ ...site, postCode: '2000' })],
      [true, false, true],
    );
    assert.equal((await findSite(database, acme, id, 'Site A'))?.postCode, '2000');
    assert.deepEqual(await actions(database), ['contract-made', 'site-made', 'site-changed']);
  }));
