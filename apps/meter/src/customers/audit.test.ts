import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory } from '../inventory/index.ts';
import { AUDIT_COLUMNS, auditRules, auditTsv } from './index.ts';
import { HOST, machine, PRODUCT, ruleAt, TREE } from './testing.ts';

const inventory = (machines: Inventory['machines']): Inventory => ({
  machines,
  hosts: [HOST],
  clusters: [],
  places: TREE,
});

test('an audit tells what is mapped, what is not, which rule loses to which, and which has no target', () => {
  const rules = [
    ruleAt(1, 'group-v2'),
    ruleAt(2, 'group-v3'),
    ruleAt(3, 'group-v77', { targetType: 'Folder' }),
    ruleAt(4, 'domain-c7', { targetType: 'Folder' }),
    ruleAt(5, 'group-v2', { productId: 'vc9', name: 'far' }),
    ruleAt(6, 'group-v1', { name: 'all' }),
  ];
  const machines = [
    machine(),
    machine({ id: 'vm-2', name: 'tab\there', folder: 'group-v2' }),
    machine({ id: 'vm-3', name: 'lost', folder: undefined }),
  ];
  const rows = [...auditRules(rules, [{ product: PRODUCT, inventory: inventory(machines) }])];
  assert.deepEqual(
    rows.map(({ kind, machine, rule, losing, reason }) => [
      kind,
      machine?.id ?? '',
      rule?.id ?? '',
      losing?.id ?? reason ?? '',
    ]),
    [
      ['mapped', 'vm-1', 2, ''],
      ['overlapping', 'vm-1', 2, 1],
      ['overlapping', 'vm-1', 2, 6],
      ['mapped', 'vm-2', 1, ''],
      ['overlapping', 'vm-2', 1, 6],
      ['unmapped', 'vm-3', '', ''],
      ['targetless', '', 3, 'target-not-there'],
      ['targetless', '', 4, 'target-of-another-type'],
      ['targetless', '', 5, 'product-not-known'],
    ],
  );
  const lines = [...auditTsv(rows)];
  assert.equal(lines.length, rows.length + 1);
  for (const line of lines) assert.equal(line.split('\t').length, AUDIT_COLUMNS.length, line);
});

test('two rules at one target overlap, and the second one is not without a target', () => {
  const rules = [ruleAt(1, 'group-v2'), ruleAt('0f9b2f60', 'group-v2', { source: 'service', name: 'other' })];
  const rows = [...auditRules(rules, [{ product: PRODUCT, inventory: inventory([machine()]) }])];
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['mapped', 'overlapping'],
  );
});

test('every row of a large inventory is told, one at a time', () => {
  const machines = Array.from({ length: 20_000 }, (_, at) => machine({ id: `vm-${at}` }));
  let mapped = 0;
  for (const { kind } of auditRules(
    [ruleAt(1, 'group-d1')],
    [{ product: PRODUCT, inventory: inventory(machines) }],
  ))
    if (kind === 'mapped') mapped += 1;
  assert.equal(mapped, 20_000);
});
