import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRuleSet, RuleSetError } from './load.ts';
import { ruleSetDigest, rulesInForce } from './rule-set.ts';
import { SHIPPED_RULE_SETS } from './shipped.ts';
import { matches } from './where.ts';

const good = `name: flex
version: 2023-01-01
parameters:
  - {from: 2023-01, until: 2023-03, cap: each-instant, coreFloorPerSocket: 0, rounding: half-away-3, hostHour: last-running-span, peak: highest-hour}
  - {from: 2023-03, cap: monthly-average, coreFloorPerSocket: 16, rounding: half-away-3, hostHour: last-running-span, peak: highest-hour}
rules:
  - {sku: A, product: Memory, unit: GB, measure: vram-average, where: {licenseCategory: [rental]}, points: 0.10, from: 2023-01, until: 2023-02}
  - {sku: A, product: Memory, unit: GB, measure: vram-average, where: {}, points: 7, from: 2023-02}
`;

function faults(text: string): readonly string[] {
  try {
    loadRuleSet(text, 'test.yaml');
    return [];
  } catch (error) {
    assert.ok(error instanceof RuleSetError, String(error));
    return error.faults.map(({ line, pointer }) => `${line} ${pointer}`);
  }
}

test('a rule set is read with its decimals as they are written', () => {
  const ruleSet = loadRuleSet(good, 'test.yaml');
  assert.deepEqual(
    ruleSet.rules.map(({ points }) => points),
    ['0.10', '7'],
  );
  assert.ok(Object.isFrozen(ruleSet.rules[0]?.where));
});

test('rules and parameters hold from a month to a month', () => {
  const ruleSet = loadRuleSet(good, 'test.yaml');
  const inForce = (month: string) => {
    const { cap, coreFloorPerSocket, rules } = rulesInForce(ruleSet, month);
    return [cap, coreFloorPerSocket, ...rules.map(({ points }) => points)];
  };
  assert.deepEqual(inForce('2023-01'), ['each-instant', 0, '0.10']);
  assert.deepEqual(inForce('2023-02'), ['each-instant', 0, '7']);
  assert.deepEqual(inForce('2023-03'), ['monthly-average', 16, '7']);
  assert.deepEqual(inForce('2030-12'), ['monthly-average', 16, '7']);
  assert.throws(() => rulesInForce(ruleSet, '2022-12'), RangeError);
});

test('every fault is told at once, with its line', () => {
  const bad = good
    .replace('version: 2023-01-01', 'version: soon')
    .replace('cap: monthly-average', 'cap: sometimes')
    .replace(
      'measure: vram-average, where: {licenseCategory: [rental]}',
      'measure: vram, where: {licenceCategory: [rental]}',
    )
    .replace('points: 7, from', 'points: 1e3, colour: red, from');
  assert.deepEqual(faults(bad).toSorted(), [
    '2 /version',
    '5 /parameters/1/cap',
    '7 /rules/0/measure',
    '7 /rules/0/where/licenceCategory',
    '8 /rules/1/colour',
    '8 /rules/1/points',
  ]);
});

test('what is missing is told at the thing that lacks it', () => {
  assert.deepEqual(faults(good.replace('unit: GB, measure: vram-average, where: {}', 'where: {}')), [
    '8 /rules/1/unit',
    '8 /rules/1/measure',
  ]);
});

test('YAML that is no YAML, or says a thing twice, is refused with its line', () => {
  assert.deepEqual(faults(good.replace('name: flex', 'name: flex\nname: flux')), ['2 ']);
  assert.deepEqual(faults('name: [\n'), ['2 ']);
  assert.notDeepEqual(faults(''), []);
  assert.notDeepEqual(faults('- a\n'), []);
});

test('two rules of one month that could not be told apart are refused', () => {
  assert.deepEqual(faults(good.replace(', until: 2023-02}', '}')), ['8 /rules/1/sku']);
});

test('parameters must not overlap, and hold when a rule begins', () => {
  assert.deepEqual(faults(good.replace(', until: 2023-03', '')), ['5 /parameters/1']);
  assert.deepEqual(faults(good.replace('points: 0.10, from: 2023-01', 'points: 0.10, from: 2022-12')), [
    '7 /rules/0/from',
  ]);
});

test('a time that ends before it begins is refused', () => {
  assert.deepEqual(faults(good.replace('until: 2023-02}', 'until: 2023-01}')), ['7 /rules/0/until']);
});

test('a filter on what the records of a measure do not carry is refused', () => {
  const customer = good.replace(
    'vram-average, where: {}',
    'core-hours, where: {customer: [a], productType: [vCenter]}',
  );
  assert.deepEqual(faults(customer), ['8 /rules/1/where/customer']);
});

test('the add-on needs its entitlement, and nothing else has one', () => {
  assert.deepEqual(faults(good.replace('vram-average, where: {}', 'vsan-raw-addon, where: {}')), [
    '8 /rules/1',
    '8 /rules/1',
  ]);
  assert.deepEqual(faults(good.replace('where: {}', 'where: {}, addon: difference')), ['8 /rules/1/addon']);
});

test('the shipped rule sets are good, and no two have the same digest', () => {
  const sets = Object.entries(SHIPPED_RULE_SETS);
  for (const [name, ruleSet] of sets) {
    assert.equal(ruleSet.name, name);
    assert.ok(rulesInForce(ruleSet, '2023-01').rules.length > 0);
  }
  assert.equal(new Set(sets.map(([, ruleSet]) => ruleSetDigest(ruleSet))).size, sets.length);
  assert.match(ruleSetDigest(SHIPPED_RULE_SETS.flex), /^[0-9a-f]{64}$/);
});

test('memory of rental and unknown licences is billed by flex, whatever the edition', () => {
  const [vram] = rulesInForce(SHIPPED_RULE_SETS.flex, '2023-01').rules;
  const taken = ['rental', 'unknown', 'perpetual', 'demo', 'none'].filter((licenseCategory) =>
    matches(vram!.where, { productType: 'vCenter', licenseCategory, edition: 'new' }),
  );
  assert.deepEqual(taken, ['rental', 'unknown']);
});

test('a record passes when it passes every filter; of services one is enough', () => {
  const record = { productType: 'vCenter', edition: '', services: ['nsx', 'vcd'] };
  assert.equal(matches({}, record), true);
  assert.equal(matches({ productType: ['libvirt', 'vCenter'], services: ['vcd', 'x'] }, record), true);
  assert.equal(matches({ productType: ['libvirt'], services: ['vcd'] }, record), false);
  assert.equal(matches({ services: ['x'] }, record), false);
  assert.equal(matches({ edition: [''] }, record), true);
  assert.equal(matches({ customer: [''] }, record), false);
});
