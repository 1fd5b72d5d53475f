import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { packageOf } from '../../../apps/service/src/intake/testing.ts';
import { type House, openHouse } from '../../../apps/service/test/house.ts';
import { type LiveMeter, makeLiveMeter, meterAccess } from '../../../apps/service/test/meter.ts';
import { type Client, createClient } from '../src/index.ts';
import { renewed } from './renewed.ts';

const month = '2023-03';

describe('the client against the real service', () => {
  let house: House;
  let client: Client;
  let meter: LiveMeter;
  before(async () => {
    house = await openHouse();
    client = createClient({ url: house.url, apiToken: house.a.apiTokens.administrator });
    meter = await makeLiveMeter(house, house.a);
  });
  after(() => house?.close());

  it('sends a package as the meter itself, shows the upload and the hours that it covered', async () => {
    const asMeter = createClient({ url: house.url, accessToken: () => meterAccess(house, meter) });
    const { file } = await packageOf(house.database, meter);
    const stream = () => new Blob([new Uint8Array(file)]).stream();
    const sent = await asMeter.uploads.send(meter.agentId, stream);
    assert.equal(sent.known, false);
    assert.deepEqual(
      sent.slices.map(({ outcome }) => outcome),
      ['counted'],
    );
    const again = await asMeter.uploads.send(meter.agentId, new Uint8Array(file));
    assert.deepEqual(again, { ...sent, known: true });
    await renewed(house, meter.agentId);
    const [upload] = await client.uploads.list(meter.agentId).toArray();
    assert.equal(upload?.uploadId, sent.uploadId);
    assert.equal((await client.uploads.get(meter.agentId, sent.uploadId)).state, 'loaded');
    const { products } = await client.coverages.get(meter.agentId, month);
    assert.equal(products[0]?.coveredSeconds, 3600);
  });

  it('downloads every form of a report', async () => {
    const entry = (await client.reports.meterMonth(meter.agentId, month)).find(
      ({ reportType }) => reportType === 'MONTHLY_USAGE',
    )!;
    const rows = (await (await client.reports.download(entry)).text()).trimEnd().split('\n').length - 1;
    assert.ok(rows > 0);
    const csv = await (await client.reports.download(entry, { as: 'csv' })).text();
    assert.equal(csv.trimEnd().split(/\r?\n/).length - 1, rows);
    const json = await client.reports.download(entry, { as: 'json' });
    assert.match(json.fileName ?? '', /\.gz$/);
    assert.match(await json.text(), /^[[{]/);
    const parquet = await (await client.reports.download(entry, { as: 'parquet' })).bytes();
    const marks = [parquet.subarray(0, 4), parquet.subarray(-4)].map((mark) =>
      new TextDecoder().decode(mark),
    );
    assert.deepEqual(marks, ['PAR1', 'PAR1']);
  });

  it('is told the SHA-256 of the bytes, so that a report by its ref alone is checked too', async () => {
    const [entry] = await client.reports.meterMonth(meter.agentId, month);
    const path = `/usage/api/v1/reports?ref=${encodeURIComponent(entry!.ref)}`;
    const answer = await fetch(house.url + path, {
      headers: { authorization: `Bearer ${await client.accessToken()}` },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const sum = createHash('sha256').update(bytes).digest('base64');
    assert.equal(answer.headers.get('repr-digest'), `sha-256=:${sum}:`);
    assert.deepEqual(Buffer.from(await (await client.reports.download(entry!.ref)).bytes()), bytes);
  });

  it('lists, creates, changes and deletes things of the management API', async () => {
    const made = await client.customers.create({ name: 'Initech' });
    assert.equal((await client.customers.get(made.id)).name, 'Initech');
    const changed = await client.customers.change(made.id, { name: 'Initrode', sequence: made.sequence });
    const names = (await client.customers.list({ filter: 'name==Init*', limit: 1 }).toArray()).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['Initrode']);
    await assert.rejects(client.customers.delete(made.id, made.sequence), {
      status: 412,
      code: 'sequence-conflict',
    });
    assert.equal(await client.customers.delete(made.id, changed.sequence), undefined);
    const sites = await client.sites('1012345').list().toArray();
    assert.deepEqual(
      sites.map(({ name }) => name),
      ['Site A'],
    );
  });

  it('makes a change once when it is made again under the same key', async () => {
    const options = { idempotencyKey: 'the same over two processes' };
    const first = await client.customers.create({ name: 'Hooli' }, options);
    const second = await client.customers.create({ name: 'Hooli' }, options);
    assert.deepEqual(second, first);
    await assert.rejects(client.customers.create({ name: 'Other' }, options), {
      code: 'idempotency-key-reused',
    });
  });

  it('renames, deletes and brings back a meter by the sequence that was seen', async () => {
    const seen = await client.meters.get(meter.agentId);
    const renamed = await client.meters.change(meter.agentId, { label: 'renamed', sequence: seen.sequence });
    assert.equal(renamed.label, 'renamed');
    const deleted = await client.meters.delete(meter.agentId, renamed.sequence);
    const back = await client.meters.undelete(meter.agentId, deleted.sequence);
    assert.equal(back.deletedAt, undefined);
  });

  it('tells every fault of a request at once', async () => {
    const request = { agentId: 'no-uuid', label: '', version: '4.x' };
    await assert.rejects(client.meters.register(request), (error: { errors: { pointer: string }[] }) => {
      assert.deepEqual(error.errors.map(({ pointer }) => pointer).sort(), ['/agentId', '/label', '/version']);
      return true;
    });
  });

  it('acts in the organisation that an operator names', async () => {
    const operator = createClient({
      url: house.url,
      apiToken: house.operatorToken,
      organisation: 'Borealis',
    });
    const numbers = (await operator.contracts.list({ sort: 'number' }).toArray()).map(({ number }) => number);
    assert.deepEqual(numbers.sort(), ['1012345', 'Borealis-only']);
  });

  it('rotates tokens and keys, sets quotas, and starts rebuilds by name', async () => {
    const made = await client.apiTokens.create({ name: 'rotated', role: 'reader' });
    const rotated = await client.apiTokens.rotate(made.id, { sequence: made.sequence, graceSeconds: 60 });
    assert.notEqual(rotated.value, made.value);
    const operator = createClient({ url: house.url, apiToken: house.operatorToken });
    const key = await operator.signingKeys.rotate('report');
    assert.equal(key.purpose, 'report');
    const { organisationId, sequence } = await operator.quotas.of(house.a.id);
    const set = await operator.quotas.set(organisationId, { sequence, meters: 123 });
    assert.equal(set.meters, 123);
    const own = (await client.quotas.get()).items.find(({ quota }) => quota === 'meters');
    assert.equal(own?.limit, 123);
    const { rebuildId } = await operator.rebuilds.start();
    assert.equal((await operator.rebuilds.get(rebuildId)).rebuildId, rebuildId);
    assert.deepEqual((await operator.backups.list()).items, []);
  });

  it('goes on when its access token has ended', async () => {
    const lasting = createClient({ url: house.url, apiToken: house.a.apiTokens.reader });
    const first = await lasting.accessToken();
    house.ahead = 3_600_000;
    await lasting.meters.list().toArray();
    assert.notEqual(await lasting.accessToken(), first);
    house.ahead = 0;
  });
});
