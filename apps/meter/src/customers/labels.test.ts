import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HostState, Place } from '../inventory/index.ts';
import { allRules, createLabels } from './index.ts';
import { HOST, machine, ORDER, PRODUCT, placesOf, ruleAt, TREE } from './testing.ts';

const label = (
  rules: Parameters<typeof createLabels>[0],
  of = machine(),
  host: HostState | 'none' = HOST,
  places = placesOf(),
) => createLabels(rules, PRODUCT).customerOf(of, host === 'none' ? undefined : host, places);

test('of each two rules above a machine the nearer one wins, in whichever order they stand', () => {
  for (const [at, nearer] of ORDER.entries())
    for (const farther of ORDER.slice(at + 1)) {
      assert.equal(label([ruleAt(1, nearer), ruleAt(2, farther)]), nearer, `${nearer} and ${farther}`);
      assert.equal(label([ruleAt(1, farther), ruleAt(2, nearer)]), nearer, `${farther} and ${nearer}`);
    }
});

test('of any rules the nearest one wins; without one there is no label', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...ORDER]), (targets) => {
      const nearest = ORDER.find((id) => targets.includes(id)) ?? '';
      assert.equal(label(targets.map((target, at) => ruleAt(at + 1, target))), nearest);
    }),
  );
});

test('a path from the top names the same place as its id, with the type that the rule says', () => {
  const pathOf = (place: Place): string =>
    place.parent === undefined ? '' : `${pathOf(TREE.find(({ id }) => id === place.parent)!)}/${place.name}`;
  for (const place of TREE.filter(({ parent }) => parent !== undefined)) {
    const rule = ruleAt(1, place.id, { targetId: pathOf(place), name: place.id });
    assert.equal(label([rule, ruleAt(2, PRODUCT.id)]), place.id, pathOf(place));
    const other = place.type === 'Folder' ? 'Datacenter' : 'Folder';
    assert.equal(label([{ ...rule, targetType: other }]), '', pathOf(place));
  }
  for (const none of [
    '/vm/Acme',
    '/DC0/vm/Acme',
    '/North/DC0/vm',
    '/North/DC0/vm/acme',
    '/North/DC0/vm/Acme/Web/x',
  ])
    assert.notEqual(
      label([ruleAt(1, 'group-v2', { targetId: none, name: 'hit' })]),
      none === '/North/DC0/vm' ? '' : 'hit',
      none,
    );
});

test('a slash in a name is written %2f, whichever way the product shows it', () => {
  for (const name of ['a/b', 'a%2fb', 'a%2Fb']) {
    const places = placesOf({ id: 'group-v9', type: 'Folder', name, parent: 'group-v1' });
    const rule = ruleAt(1, 'group-v2', { targetId: '/North/DC0/vm/a%2fb', name: 'hit' });
    assert.equal(label([rule], machine({ folder: 'group-v9' }), HOST, places), 'hit', name);
  }
});

test('at one target the rule of the file wins over that of the service, then the lower number', () => {
  const one = {
    name: '',
    productType: 'vCenter',
    productId: PRODUCT.id,
    targetId: 'group-v2',
    targetType: 'Folder',
  } as const;
  const own = [
    { ...one, id: 5, name: 'five', targetId: '/North/DC0/vm/Acme' },
    { ...one, id: 7, name: 'seven' },
  ];
  const fetched = [{ ...one, id: '00000000-0000-4000-8000-000000000000', name: 'service' }];
  assert.equal(label(allRules(own, fetched)), 'five');
  assert.equal(label(allRules(own.toReversed(), fetched)), 'five');
  assert.equal(label(allRules(own.slice(1), fetched)), 'seven');
  assert.equal(label(allRules([], fetched)), 'service');
});

test('a rule of Cloud Director wins over any other, its organisation over the whole', () => {
  const places = placesOf(
    { id: 'vcd-1', type: 'VCD', name: 'cell', parent: 'domain-c7' },
    { id: 'org-1', type: 'vcd_organization', name: 'Acme', parent: 'vcd-1' },
    { id: 'resgroup-9', type: 'ResourcePool', name: 'Acme vDC', parent: 'org-1' },
  );
  const vcd = { productType: 'VCD', productId: '0f9b2f60-5d2c-4a52-8a3f-1d6f0f6f8e11' } as const;
  const org = ruleAt(1, 'org-1', { ...vcd, targetType: 'vcd_organization' });
  const cell = ruleAt(2, 'vcd-1', { ...vcd, targetType: 'VCD' });
  const pool = ruleAt(3, 'resgroup-9', { targetType: 'ResourcePool' });
  const of = machine({ pool: 'resgroup-9' });
  assert.equal(label([pool, cell, org], of, HOST, places), 'org-1');
  assert.equal(label([pool, cell], of, HOST, places), 'vcd-1');
  assert.equal(label([pool], of, HOST, places), 'resgroup-9');
  // A machine that no organisation holds is labelled as before.
  assert.equal(label([org, ruleAt(4, 'group-v2')], machine(), HOST, places), 'group-v2');
});

test('a machine without a host, a pool or a folder is still found by what it has', () => {
  const rules = [ruleAt(1, 'domain-c7'), ruleAt(2, 'datacenter-2')];
  assert.equal(label(rules, machine({ host: undefined }), 'none'), 'domain-c7');
  assert.equal(label(rules, machine({ host: undefined, pool: undefined }), 'none'), 'datacenter-2');
  assert.equal(label(rules, machine({ pool: undefined, folder: undefined })), 'domain-c7');
  assert.equal(label(rules, machine({ host: undefined, pool: undefined, folder: undefined }), 'none'), '');
});

test('rules of another product are not applied, a whole product goes by name, UUID or /', () => {
  assert.equal(label([ruleAt(1, 'group-v2', { productId: 'vc2' })]), '');
  assert.equal(label([ruleAt(1, 'group-v2', { productId: PRODUCT.id })]), 'group-v2');
  for (const targetId of ['vc1', PRODUCT.id, PRODUCT.id.toUpperCase(), '/'])
    assert.equal(label([ruleAt(1, 'x', { targetId })]), 'x');
});

test('a place that moves takes its machines along at once, and other rules have another version', () => {
  const places = placesOf();
  const labels = createLabels([ruleAt(1, 'group-v2'), ruleAt(2, 'group-h1')], PRODUCT);
  assert.equal(labels.customerOf(machine(), HOST, places), 'group-v2');
  places.set('group-v3', { ...places.get('group-v3')!, parent: 'group-v1' });
  assert.equal(labels.customerOf(machine(), HOST, places), 'group-h1');
  assert.notEqual(createLabels([ruleAt(1, 'group-v2')], PRODUCT).version, labels.version);
  assert.equal(createLabels([], PRODUCT).version, '');
});

test('a circle in what a product tells ends, and the other trees are still climbed', () => {
  const places = placesOf({ id: 'group-v3', type: 'Folder', name: 'Web', parent: 'group-v3' });
  assert.equal(label([ruleAt(1, 'group-v1')], machine(), HOST, places), '');
  assert.equal(label([ruleAt(1, 'domain-c7')], machine(), HOST, places), 'domain-c7');
  assert.equal(label([ruleAt(1, 'group-v3')], machine(), HOST, places), 'group-v3');
});
