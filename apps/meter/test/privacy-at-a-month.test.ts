/** Where a setting of privacy changes: at a month's start, between the hour that is open then and the next one. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR, instantOf } from '@meterhouse/metering';
import {
  changesReading,
  inventory,
  inventoryReading,
  machine,
  type ReadHour,
  testLedger,
} from '../src/hours/testing.ts';
import { allNames, openPrivacy } from '../src/privacy/index.ts';
import type { PrivacySettings } from '../src/settings/index.ts';

const APRIL = instantOf('2026-04-01T00:00:00Z');
const HASHED: PrivacySettings = {
  vm: 'hashed',
  host: 'hashed',
  cluster: 'hashed',
  customer: 'plain',
  license: 'masked',
};
const PLAIN: PrivacySettings = {
  vm: 'plain',
  host: 'plain',
  cluster: 'plain',
  customer: 'plain',
  license: 'plain',
};

test('the hour that is open at a month’s start keeps the setting of its month, however late it is closed; the next one has the new one', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'privacy-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const open = (settings: PrivacySettings, now: number) =>
    openPrivacy({ dir, environment: {}, settings, now: now * 1000, onFault: assert.fail });
  const before = await open(HASHED, APRIL - 2 * HOUR);
  const lab = await testLedger(t, { privacy: before });
  await lab.time.advanceTo((APRIL + HOUR) * 1000);
  const names = ({ vm, host, cluster }: ReadHour) => [
    vm[0]!.name,
    host[0]!.host,
    host[0]!.cluster,
    cluster.length,
  ];
  await lab.ledger.take(inventoryReading(APRIL - HOUR, inventory([machine(1)])));

  // Within the last hour somebody wants plain names: not before the month is over.
  assert.equal(await before.follow(PLAIN, (APRIL - 1800) * 1000, false), true);
  await lab.ledger.take(changesReading(APRIL - 900));
  assert.deepEqual(await lab.hours(), []);
  // The product is away over the start of the month, and the meter starts anew in April, with the settings as they are now.
  await lab.ledger.unreachable('connection-lost', APRIL + 300);
  await before.flush();
  const after = await open(PLAIN, APRIL + 600);
  lab.ledger.setPrivacy(after);
  const log = { from: APRIL - 2 * HOUR, happenings: [] };
  await lab.ledger.take(inventoryReading(APRIL + 1200, inventory([machine(1)]), log));
  await lab.ledger.take(changesReading(APRIL + HOUR + 1));
  await after.flush();

  const [partial, march, april] = (await lab.hours()) as [ReadHour, ReadHour, ReadHour];
  assert.deepEqual(
    [partial, march, april].map(({ listed: { hour, status } }) => `${hour.slice(0, 13)} ${status}`),
    ['2026-03-31T23 partial', '2026-03-31T23 collected', '2026-04-01T00 collected'],
  );
  const [vm, host, cluster] = names(march) as [string, string, string];
  for (const hidden of [vm, host, cluster]) assert.match(hidden, /^[a-z]+-[0-9a-z]+$/i);
  assert.deepEqual(names(partial), names(march), 'both readings of an hour hide alike');
  assert.deepEqual(names(april).slice(0, 3), ['machine 1', 'esx-1', 'gold-1']);
  const behind = await allNames(dir);
  assert.deepEqual(
    [vm, host, cluster].map((hidden) => behind.get(hidden)),
    ['machine 1', 'esx-1', 'gold-1'],
  );
});
