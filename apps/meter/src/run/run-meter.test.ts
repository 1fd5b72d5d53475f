import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PackageHeader } from '@meterhouse/contract';
import { CollectorFailure } from '../inventory/index.ts';
import { readStoredHeader, storedPackages } from '../spool/index.ts';
import type { MeterOnDisk } from '../spool/testing.ts';
import { meterOnDisk } from '../spool/testing.ts';
import { InjectedTime } from '../time/testing.ts';
import { faultyService } from '../upload/testing.ts';
import { readStatusFile } from './status-file.ts';
import {
  type MeterUnderTest,
  meterUnderTest,
  refused,
  ScriptedProduct,
  settingsText,
  TEN,
  until,
} from './testing.ts';

const stateOf = ({ meter }: MeterUnderTest, name: string) =>
  meter.snapshot().products.find((product) => product.name === name)?.state;
const journalOf = async ({ meter }: MeterUnderTest, product: string) =>
  (await meter.journal.list({ products: [product] })).map(({ code }) => code);

async function headers(disk: MeterOnDisk): Promise<readonly PackageHeader[]> {
  const { places } = disk;
  // In this order, so that one that is sent meanwhile is not missed; it may be met twice.
  const unsent = await storedPackages(places.packages);
  const sent = await storedPackages(places.sent);
  const names = new Set(sent.map(({ name }) => name));
  const stored = [...sent, ...unsent.filter(({ name }) => !names.has(name))];
  try {
    return await Promise.all(stored.map(async ({ path }) => (await readStoredHeader(path)).header));
  } catch {
    // One was sent at this moment.
    return headers(disk);
  }
}
/** `<hour> <status> <reason>` of a product, in the order in which they were packed. */
const hoursOf = async (disk: MeterOnDisk, { identity }: ScriptedProduct) =>
  (await headers(disk)).flatMap(({ products }) =>
    products
      .filter(({ id }) => id === identity.id)
      .flatMap(({ hours }) =>
        hours.map(({ hour, status, reason = '' }) => `${hour.slice(11, 13)} ${status} ${reason}`.trim()),
      ),
  );

function scripted(t: TestContext, count: number, start = TEN - 600) {
  const time = new InjectedTime(start * 1000);
  const products = Array.from({ length: count }, (_, index) => new ScriptedProduct(10 + index, time));
  return { t, time, products };
}

test('a product that cannot be reached is tried for ever and its hours told as unreachable; the other one goes on', async (t) => {
  const { time, products } = scripted(t, 2);
  const [good, bad] = products as [ScriptedProduct, ScriptedProduct];
  const under = await meterUnderTest(t, { good, bad }, time);
  await until('the first readings', () => stateOf(under, 'good') === 'reached');
  await under.pass(60);
  bad.lose(refused());
  await until('the loss', () => stateOf(under, 'bad') === 'unreachable');
  await under.pass(3 * 3600);
  const tries = bad.watches.length;
  assert.ok(tries > 15 && tries < 90, `${tries} tries in three hours`);
  bad.failure = undefined;
  await under.passUntil('the return', 1200, () => stateOf(under, 'bad') === 'reached');
  await under.passUntil(
    'the hour of 13',
    4 * 3600,
    async () => (await hoursOf(under.disk, good)).length === 5,
  );
  assert.deepEqual(await hoursOf(under.disk, good), [
    '09 partial first-seen',
    '10 collected',
    '11 collected',
    '12 collected',
    '13 collected',
  ]);
  const told = await hoursOf(under.disk, bad);
  assert.deepEqual(told.slice(0, 3), [
    '09 partial first-seen',
    '10 unreachable connection-refused',
    '11 unreachable connection-refused',
  ]);
  assert.equal(told.at(-1), '13 collected');
  assert.deepEqual(
    (await journalOf(under, 'good')).filter((code) => code.startsWith('product-')),
    ['product-reached'],
  );
  assert.deepEqual(
    (await journalOf(under, 'bad')).filter((code) => code.startsWith('product-')),
    ['product-reached', 'product-unreachable', 'product-reached'],
  );
  const since = bad.watches.at(-1)!.since;
  assert.ok(since !== undefined && since >= TEN - 600 && since <= TEN, `${since}`);
});

test('what waits for a person is tried rarely, and at once when the settings are read again', async (t) => {
  const { time, products } = scripted(t, 1);
  const [vault] = products as [ScriptedProduct];
  vault.failure = new CollectorFailure('login-refused', 'the password is wrong', { needsPerson: true });
  const under = await meterUnderTest(t, { vault }, time);
  await until('the refusal', () => stateOf(under, 'vault') === 'needs-person');
  await under.pass(3600);
  assert.ok(
    vault.watches.length >= 3 && vault.watches.length <= 6,
    `${vault.watches.length} tries in an hour`,
  );
  vault.failure = undefined;
  await under.meter.reload();
  await until('the next try', () => stateOf(under, 'vault') === 'reached');
  assert.deepEqual(await journalOf(under, 'vault'), ['product-needs-person', 'product-reached']);
});

test('one product under two names is metered once, and a UUID that is none reaches no package', async (t) => {
  const { time, products } = scripted(t, 3);
  const [first, second, odd] = products as [ScriptedProduct, ScriptedProduct, ScriptedProduct];
  for (const one of [first, second, odd]) one.failure = refused();
  Object.assign(second, { identity: first.identity });
  Object.assign(odd, { identity: { ...odd.identity, id: 'nobody' } });
  const all = { first, second, odd };
  const under = await meterUnderTest(t, all, time);
  await under.write(settingsText(['first']));
  await under.meter.reload();
  first.failure = undefined;
  under.meter.retry();
  await until('the first', () => stateOf(under, 'first') === 'reached');
  for (const one of [second, odd]) one.failure = undefined;
  await under.write(settingsText(Object.keys(all)));
  await under.meter.reload();
  const waits = (name: string) => /unreachable|person/.test(stateOf(under, name) ?? '');
  await until('the others', () => waits('second') && waits('odd'));
  assert.equal(stateOf(under, 'second'), 'needs-person');
  assert.equal(stateOf(under, 'odd'), 'unreachable');
  const [refusal] = await under.meter.journal.list({ products: ['second'] });
  assert.match(refusal!.message, /and so does the product first/);
  await under.passUntil('the package', 3 * 3600, async () => (await hoursOf(under.disk, first)).length > 0);
  // The wrong one is taken out: the right one is expected as before.
  await under.write(settingsText(['first']));
  await under.meter.reload();
  await under.pass(3 * 3600);
  const listed = (await headers(under.disk)).flatMap(({ products: all }) => all);
  assert.deepEqual([...new Set(listed.map(({ id }) => id))], [first.identity.id]);
  assert.ok(listed.every(({ retired }) => retired === undefined));
  assert.equal(stateOf(under, 'first'), 'reached');
});

test('a fault of ours in one product is that one’s alone', async (t) => {
  const { time, products } = scripted(t, 2);
  const [good, odd] = products as [ScriptedProduct, ScriptedProduct];
  odd.failure = new TypeError('undefined is not a function');
  const under = await meterUnderTest(t, { good, odd }, time);
  await until('the failure', () => stateOf(under, 'odd') === 'unreachable');
  const status = under.meter.snapshot().products.find(({ name }) => name === 'odd')!;
  assert.deepEqual([status.code, status.reason], ['internal', 'unexpectedly: undefined is not a function']);
  await until('the other', () => stateOf(under, 'good') === 'reached');
  odd.failure = undefined;
  await under.passUntil('the recovery', 600, () => stateOf(under, 'odd') === 'reached');
});

test('settings that are read again restart what changed and nothing else; a product that is gone is told as retired', async (t) => {
  const { time, products } = scripted(t, 3);
  const [stays, changes, goes] = products as [ScriptedProduct, ScriptedProduct, ScriptedProduct];
  const under = await meterUnderTest(t, { stays, changes, goes }, time);
  await until('all', () => ['stays', 'changes', 'goes'].every((name) => stateOf(under, name) === 'reached'));
  await under.pass(60);
  await under.write(
    settingsText(['stays', 'changes']).replace('{name: changes,', '{name: changes, poll: 20s,'),
  );
  await under.meter.reload();
  await until('the restart', () => stateOf(under, 'changes') === 'reached');
  assert.deepEqual(
    [stays, changes, goes].map(({ watches }) => watches.length),
    [1, 2, 1],
  );
  assert.equal(goes.isWatched, false);
  assert.deepEqual(
    under.meter.snapshot().products.map(({ name }) => name),
    ['stays', 'changes'],
  );
  await under.passUntil('the retirement', 4 * 3600, async () =>
    (await headers(under.disk)).some(({ products: listed }) =>
      listed.some(({ id, retired }) => id === goes.identity.id && retired === '2023-02-01T10:00:00Z'),
    ),
  );
  assert.deepEqual(await hoursOf(under.disk, goes), ['09 partial first-seen']);

  await under.write('products: [{name: 17}]\n');
  await assert.rejects(under.meter.reload(), { code: 'settings-refused' });
  assert.equal(under.meter.settings().products.length, 2);
  assert.ok(under.meter.snapshot().settingsRefused!.length > 1);
  const codes = (await under.meter.journal.list({})).map(({ code }) => code);
  assert.deepEqual(
    codes.filter((code) => code.startsWith('settings-')),
    ['settings-changed', 'settings-refused'],
  );
});

test('a pause is not metered from a log afterwards', async (t) => {
  const { time, products } = scripted(t, 1);
  const [one] = products as [ScriptedProduct];
  const under = await meterUnderTest(t, { one }, time);
  await until('it', () => stateOf(under, 'one') === 'reached');
  await under.write(settingsText(['one']).replace('name: one,', 'name: one, paused: true,'));
  await under.meter.reload();
  assert.equal(stateOf(under, 'one'), 'paused');
  assert.equal(one.isWatched, false);
  await under.pass(1200);
  await under.write(settingsText(['one']));
  await under.meter.reload();
  await until('its return', () => stateOf(under, 'one') === 'reached');
  assert.equal(one.watches.length, 2);
  assert.equal(one.watches[1]!.since, undefined);
});

test('a product is told of at once, the first hour when it is over, the next ones with their interval', async (t) => {
  const service = await faultyService(t);
  const { time, products } = scripted(t, 1);
  const [one] = products as [ScriptedProduct];
  const under = await meterUnderTest(t, { one }, time, {
    settings: `service: ${service.url}\nupload: {interval: 1h, jitter: 0s}\n`,
  });
  await until('it', () => stateOf(under, 'one') === 'reached');
  await under.passUntil('the first package', 1200, () => service.taken.length === 1);
  const [first] = await headers(under.disk);
  assert.deepEqual(first!.products, [{ ...one.identity, hours: [] }]);
  await under.passUntil('the first hour', 1200, () => service.taken.length === 2);
  assert.deepEqual(await hoursOf(under.disk, one), ['09 partial first-seen']);
  await under.passUntil('the second hour', 3 * 3600, () => service.taken.length === 3);
  assert.deepEqual(await hoursOf(under.disk, one), ['09 partial first-seen', '10 collected']);
  await until('rest', () => under.meter.snapshot().upload.state === 'resting');
});

test('a meter that stops leaves a status without secrets, its lock free, and goes on where it was', async (t) => {
  const { time, products } = scripted(t, 1);
  const [one] = products as [ScriptedProduct];
  const disk = await meterOnDisk(t);
  const under = await meterUnderTest(t, { one }, time, { disk });
  await until('it', () => stateOf(under, 'one') === 'reached');
  await assert.rejects(meterUnderTest(t, { one }, time, { disk }), { code: 'spool-busy' });
  await under.pass(60);
  const during = await readStatusFile(disk.dir);
  assert.deepEqual([during!.running, during!.snapshot.products[0]!.state], [true, 'reached']);
  await under.stop();
  const after = await readStatusFile(disk.dir);
  assert.deepEqual([after!.running, after!.snapshot.stopped], [false, true]);
  const text = await readFile(join(disk.dir, 'status.json'), 'utf8');
  const { d } = disk.meter.key.privateJwk;
  assert.ok(!text.includes(d));

  const again = await meterUnderTest(t, { one }, time, { disk });
  await until('it again', () => stateOf(again, 'one') === 'reached');
  await again.passUntil('the end of the hour', 1200, async () => (await hoursOf(disk, one)).length === 1);
  // The stretch in which the meter did not run is nobody's guess.
  assert.deepEqual(
    (await hoursOf(disk, one)).map((hour) => hour.slice(0, 10)),
    ['09 partial'],
  );
  assert.ok(one.watches.at(-1)!.since !== undefined);
});

test('a clock that is set is noticed and shown', async (t) => {
  const { time, products } = scripted(t, 1);
  const [one] = products as [ScriptedProduct];
  let behind = 0;
  const under = await meterUnderTest(t, { one }, time, { options: { monotonic: () => time.now() - behind } });
  await until('it', () => stateOf(under, 'one') === 'reached');
  await under.pass(30);
  behind = 3_600_000;
  await under.passUntil('the look', 300, () => under.meter.snapshot().clockJump !== undefined);
  assert.equal(under.meter.snapshot().clockJump!.milliseconds, 3_600_000);
  const [entry] = (await under.meter.journal.list({})).filter(({ code }) => code === 'clock-skew');
  assert.match(entry!.message, /forward by 3600 s/);
});
