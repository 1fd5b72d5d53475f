import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearer, packageOf, productOf, vm, withIntake } from './testing.ts';

const mark = 'update meter_keys set compromised_at = $2 where meter_id = $1 and epoch = 1';

test('nothing signed with a key in wrong hands is taken, and what was taken is listed as signed by it', () =>
  withIntake(async (house) => {
    const meter = await house.meter();
    const first = await packageOf(house.database, meter);
    const taken = await house.send(meter, first.file);
    assert.equal(taken.statusCode, 202, taken.body);
    await house.database.query(mark, [meter.id, new Date('2023-03-11T00:00:00Z')]);

    const next = await packageOf(house.database, meter, {
      number: 2,
      previous: first.digest,
      records: {},
      products: [productOf(meter, [{ hour: '2023-03-01T01:00:00Z', status: 'unreachable' }])],
    });
    for (const { file } of [next, first]) {
      const refused = await house.send(meter, file);
      assert.equal(refused.statusCode, 422, refused.body);
      assert.match(refused.json().errors[0].message, /^the key is reported as in wrong hands/);
    }
    const uploads = await house.app.inject({
      url: `/usage/api/v1/agents/${meter.agentId}/uploads`,
      headers: {
        authorization: bearer({ organisationId: meter.organisationId, role: 'reader', actor: 'token:x' }),
      },
    });
    const [upload] = uploads.json().items;
    assert.equal(uploads.json().items.length, 1);
    assert.deepEqual([upload.number, upload.keyCompromisedAt], [1, '2023-03-11T00:00:00.000Z']);
  }));

test('what was taken is loaded and rebuilt from its package after its key came into wrong hands, stage or not', () =>
  withIntake(async (house) => {
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter, { records: { vm: [vm(meter)] } });
    const { uploadId } = (await house.send(meter, file)).json();
    const [{ tag } = { tag: '' }] = await house.database.query<{ tag: string }>(
      'select row_tag as tag from uploads where id = $1',
      [uploadId],
    );
    await house.database.query(mark, [meter.id, house.now]);
    await house.usage.dropStage(tag);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
  }));

test('whoever opens a taken package again is given its key, whoever takes one is not', () =>
  withIntake(async (house) => {
    const { keysOfMeter, keysOfTakenPackages } = await import('../registry/index.ts');
    const meter = await house.meter();
    const asked = [meter.signer.kid, { epoch: 1 }] as unknown as Parameters<ReturnType<typeof keysOfMeter>>;
    await house.database.query(mark, [meter.id, house.now]);
    assert.equal(await keysOfMeter(house.database, meter.id)(...asked), undefined);
    assert.notEqual(await keysOfTakenPackages(house.database, meter.id)(...asked), undefined);
  }));
