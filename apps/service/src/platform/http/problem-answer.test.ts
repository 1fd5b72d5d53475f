import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Type from 'typebox';
import { appWith } from './testing.ts';

const tables = readFileSync(new URL('../database/schema.sql', import.meta.url), 'utf8');

test('only a name that was taken meanwhile is told as taken; another row that is there twice is a fault of ours', async () => {
  const unique = [
    ...tables.matchAll(/constraint (\w+) (?:UNIQUE|PRIMARY KEY)|CREATE UNIQUE INDEX (\w+)/g),
  ].map(([, constraint, index]) => constraint ?? index!);
  assert.ok(unique.length > 30);
  let thrown = '';
  const schema = { summary: 'Fail', tags: ['test'], response: { 200: Type.Null() } };
  const app = await appWith({
    routes: [
      (scope) => {
        scope.get('/', { config: { access: 'public' }, schema }, async () => {
          throw Object.assign(new Error('twice'), { code: '23505', constraint: thrown });
        });
      },
    ],
  });
  const taken: string[] = [];
  for (thrown of unique) {
    const { statusCode } = await app.inject('/');
    assert.ok([409, 500].includes(statusCode), thrown);
    if (statusCode === 409) taken.push(thrown);
  }
  assert.deepEqual(taken.sort(), [
    'contracts_organisation_id_number_key',
    'customer_rules_target',
    'customers_organisation_id_name_key',
    'memberships_pkey',
    'organisations_name_key',
    'organisations_partner_id_key',
    'sites_contract_id_name_key',
  ]);
  await app.close();
});
