import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CollectorFailure } from '../inventory/index.ts';
import { journalOf, meterOnDisk } from '../spool/testing.ts';
import { InjectedTime } from '../time/testing.ts';
import { faultyService, problem } from '../upload/testing.ts';
import { firstBreath } from './first-breath.ts';
import type { FirstLook } from './look.ts';
import { ScriptedProduct, settingsText, TEN } from './testing.ts';

test('each product is looked at once and a package without hours goes out; what fails is told with its reason', async (t) => {
  const service = await faultyService(t);
  const disk = await meterOnDisk(t);
  const time = new InjectedTime(TEN * 1000);
  const [good, bad] = [new ScriptedProduct(10, time), new ScriptedProduct(11, time)];
  bad.failure = new CollectorFailure('login-refused', 'the password is wrong', { needsPerson: true });
  const settingsPath = join(disk.dir, 'meter.yaml');
  await writeFile(settingsPath, settingsText(['good', 'bad'], `service: ${service.url}\n`));
  const looks: FirstLook[] = [];
  const breathe = () =>
    firstBreath({
      dir: disk.dir,
      settingsPath,
      environment: {},
      journal: journalOf(),
      signal: new AbortController().signal,
      time,
      makeCollector: ({ product }) => (product.name === 'good' ? good : bad),
      onProduct: (look) => void looks.push(look),
    });
  const { products, sent } = await breathe();
  assert.equal(looks.length, 2);
  const [one, other] = products as [FirstLook, FirstLook];
  assert.ok('identity' in one && 'failure' in other);
  assert.deepEqual([one.identity, one.machines, one.running, one.hosts], [good.identity, 2, 2, 1]);
  assert.equal(other.failure.code, 'login-refused');
  assert.deepEqual([sent!.taken, sent!.stopped, service.taken], [1, undefined, ['1-1']]);
  assert.equal(good.isWatched, false);

  // Two addresses of one product: the one that was there first is it, and a package lists each product once.
  bad.failure = undefined;
  Object.assign(bad, { identity: good.identity });
  const twins = (await breathe()).products;
  assert.ok('identity' in twins[0]! && 'failure' in twins[1]!);
  assert.match(twins[1].failure.message, /and so does the product good/);
  assert.deepEqual(service.taken, ['1-1', '1-2']);

  service.next(problem(409, 'meter-deleted'));
  assert.equal((await breathe()).sent!.stopped!.code, 'meter-deleted');
});
