import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import { Declaration, DeclarationFaults, Provisioning, readDeclaration } from './index.ts';

const file = { name: 'f.yaml', kind: 'declaration' };
function faultsOf(text: string, shape: TSchema = Declaration): string[] {
  try {
    readDeclaration(shape, text, file, () => []);
    return [];
  } catch (error) {
    assert.ok(error instanceof DeclarationFaults, String(error));
    return error.faults.map(({ line, place, message }) => `${line} ${place} ${message}`);
  }
}

test('what provisioning takes, a declaration takes', () => {
  const text = `organisations:
  - name: Acme Cloud
    people: [{ email: a@b.example, role: reader, password: { env: A } }]
    apiTokens: [{ name: a, role: reader, value: { file: a } }]
    contracts: [{ number: "1", family: F, currency: USD, ruleSet: flex, sites: [{ name: A }] }]
`;
  assert.deepEqual(faultsOf(text, Provisioning), []);
  assert.deepEqual(faultsOf(text), []);
});

test('what provisioning does not do it refuses by name', () => {
  const text = `organisations:
  - name: Acme Cloud
    meters: []
    apiTokens: [{ name: a, role: reader, to: a }]
`;
  assert.deepEqual(faultsOf(text), []);
  assert.deepEqual(faultsOf(text, Provisioning), [
    '3 organisations/0/meters is not known here; known are name, partnerId, people, apiTokens, contracts',
    '4 organisations/0/apiTokens/0/value is required',
    '4 organisations/0/apiTokens/0/to is not known here; known are name, role, value',
  ]);
});

test('an object of an inventory has one rule, whoever is named for it; tokens of one name differ by their roles', () => {
  const rule = (id: string) =>
    `{ productType: vCenter, productId: ${id}, targetType: Folder, targetId: group-1 }`;
  const id = '5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b';
  assert.deepEqual(
    faultsOf(`organisations:
  - name: Acme Cloud
    customers:
      - { name: A, rules: [${rule(id)}] }
      - { name: B, rules: [${rule(id.toUpperCase())}] }
    apiTokens:
      - { name: a, role: reader }
      - { name: a, role: reporter }
      - { name: a, role: reader }
`),
    [
      '5 organisations/0/customers/1/rules/0/targetId is there twice',
      '9 organisations/0/apiTokens/2/name is there twice',
    ],
  );
});

test('aliases that make much of little are a fault of the file', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de']) bomb.push(`${to}: &${to} [${`*${from}, `.repeat(9)}x]`);
  const [fault, ...more] = faultsOf(bomb.join('\n'));
  assert.match(fault!, /alias/i);
  assert.deepEqual(more, []);
});
