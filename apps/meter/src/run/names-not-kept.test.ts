import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { allNames } from '../privacy/index.ts';
import { meterOnDisk } from '../spool/testing.ts';
import { InjectedTime } from '../time/testing.ts';
import { meterUnderTest, ScriptedProduct, TEN } from './testing.ts';

test('names that cannot be written are told as that, not as a full disk, and written as soon as they can be', async (t) => {
  const time = new InjectedTime((TEN - 600) * 1000);
  const disk = await meterOnDisk(t);
  await writeFile(join(disk.dir, 'names'), 'in the way');
  const under = await meterUnderTest(t, { lab: new ScriptedProduct(10, time) }, time, { disk });
  const told = async (code: string) =>
    (await under.meter.journal.list({})).filter((one) => one.code === code);
  await under.passUntil('the hour is closed', 7200, async () => (await told('names-not-kept')).length > 0);
  assert.match((await told('names-not-kept'))[0]!.message, /names behind what is hidden: E(NOTDIR|EXIST)/);
  assert.deepEqual(await told('disk-full'), []);
  await rm(join(disk.dir, 'names'));
  await under.passUntil('the names', 7200, async () => (await allNames(disk.dir)).size >= 3);
});
