import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PackageProduct } from '@meterhouse/contract';
import { packageOf, vm } from '../../src/intake/testing.ts';
import { type House, openHouse, until } from '../house.ts';
import { type LiveMeter, makeLiveMeter, sendPackage } from '../meter.ts';
import { openUpload } from '../raw.ts';

let house: House;
let bearer: string;
let meter: LiveMeter;

before(async () => {
  house = await openHouse({ flags: ['--upload-idle-timeout', '8s'] });
  bearer = house.a.access.reporter;
});
after(() => house?.close());
beforeEach(async () => {
  meter = await makeLiveMeter(house, house.a);
  house.lines.length = 0;
});

const hour = (index: number) => `2023-03-01T${String(index).padStart(2, '0')}:00:00Z`;
const product = (of: LiveMeter, index: number): PackageProduct => ({
  id: of.product,
  type: 'vCenter',
  version: '8.0',
  hours: [{ hour: hour(index), status: 'collected' }],
});

/** A package with all three kinds, of many VMs. */
function wholePackage(of: LiveMeter, vms = 200) {
  const span = { product: of.product, hour: hour(0), started: hour(0), ended: hour(1) };
  return packageOf(house.database, of, {
    products: [product(of, 0)],
    records: {
      vm: Array.from({ length: vms }, () => vm(of, { vm: randomUUID(), name: randomUUID() })),
      host: [
        {
          ...span,
          host: 'host-1',
          cluster: 'c-1',
          sockets: 2,
          coresPerSocket: 16,
          memoryMib: 524288,
          license: '*****-*****-ABCDE',
          licenseCategory: 'rental',
          sku: '',
          runningVms: vms,
          model: 'a host',
        },
      ],
      cluster: [{ ...span, cluster: 'c-1', vsanUsedMib: 1, vsanRawMib: 2, features: ['dedup'], edition: '' }],
    },
  });
}

const uploadsOf = async (of: LiveMeter) =>
  (await house.call('GET', `/usage/api/v1/agents/${of.agentId}/uploads`, { bearer })).json.items;

/** No line says that something happened which nobody foresaw. */
function assertCalmLog(): void {
  const alarming = house.lines.filter((line) => /"level":"(error|fatal)"/.test(line));
  assert.deepEqual(alarming, []);
}

test('fifty clients with one package at once: it is taken once, and each gets the same answer', async () => {
  const { file } = await wholePackage(meter);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => sendPackage(house, meter, bearer, file)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [...Array(49).fill(200), 202]);
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  const loaded = await until(
    () => house.call('GET', `/usage/api/v1/agents/${meter.agentId}/uploads`, { bearer }),
    ({ json }) => json.items.every(({ state }: { state: string }) => state === 'loaded'),
  );
  assert.equal(loaded.json.items.length, 1);
  assert.deepEqual(loaded.json.items[0].outcomes, { counted: 1 });
  assertCalmLog();
});

test('a byte changed anywhere, a member away, twice, swapped or added: refused, nothing changes, the good file passes', async () => {
  const { file } = await wholePackage(meter, 20);
  const members = membersOf(file);
  assert.equal(members.length, 4);
  const [header, vms, hosts, clusters] = members as [Buffer, Buffer, Buffer, Buffer];
  const mangled = new Map<string, Buffer>([
    ['no header', Buffer.concat([vms, hosts, clusters])],
    ['the header alone', header],
    ['the header twice', Buffer.concat([header, header, vms, hosts, clusters])],
    ['members swapped', Buffer.concat([header, hosts, vms, clusters])],
    ['a member twice', Buffer.concat([header, vms, vms, hosts, clusters])],
    ['a member away', Buffer.concat([header, vms, clusters])],
    ['something between', Buffer.concat([header, Buffer.from('x'), vms, hosts, clusters])],
    ['something before', Buffer.concat([Buffer.from('x'), file])],
    ['something after', Buffer.concat([file, Buffer.from([0])])],
    ['cut in the last member', file.subarray(0, -1)],
    ['cut in the header', file.subarray(0, header.length - 1)],
    ['one byte', file.subarray(0, 1)],
  ]);
  let offset = 0;
  for (const [index, member] of members.entries()) {
    // Of each member: its magic, its flags, the middle of its data, its check value, its length.
    for (const at of [0, 3, Math.floor(member.length / 2), member.length - 6, member.length - 2]) {
      const copy = Buffer.from(file);
      copy[offset + at]! ^= 0x11;
      mangled.set(`member ${index} changed at ${at}`, copy);
    }
    offset += member.length;
  }
  for (const [name, bytes] of mangled) {
    const answer = await sendPackage(house, meter, bearer, bytes);
    assert.equal(answer.status, 422, `${name}: ${answer.status} ${answer.text}`);
    assert.ok(answer.json.errors.length > 0, name);
  }
  assert.equal((await sendPackage(house, meter, bearer, Buffer.alloc(0))).status, 415);
  assert.deepEqual(await uploadsOf(meter), []);
  assert.equal((await sendPackage(house, meter, bearer, file)).status, 202);
  assertCalmLog();
});

/** The gzip members of a package, told apart by their beginnings where unpacking agrees. */
function membersOf(file: Buffer): Buffer[] {
  const magic = Buffer.from([0x1f, 0x8b, 8, 0]);
  const starts: number[] = [];
  for (let at = file.indexOf(magic); at >= 0; at = file.indexOf(magic, at + 1)) starts.push(at);
  return starts.map((start, index) => file.subarray(start, starts[index + 1]));
}

test('clients that break off leave nothing and alarm nobody', async () => {
  const { file } = await wholePackage(meter);
  for (const sent of [0, 1, 100, Math.floor(file.length / 2), file.length - 1]) {
    const going = openUpload(house.url, meter.agentId, { bearer, length: file.length });
    going.send(file.subarray(0, sent));
    await going.isTaken();
    going.breakOff();
    await assert.rejects(going.answer);
    await untilNoneIsTaken();
  }
  assert.deepEqual(await uploadsOf(meter), []);
  assertCalmLog();
});

async function untilNoneIsTaken(): Promise<void> {
  await until(
    () => house.call('GET', '/metrics'),
    ({ text }) => /uploads_in_flight 0$/m.test(text),
  );
}

test("one organisation's stalled uploads do not keep another's out", async () => {
  const stalled = Array.from({ length: 12 }, () =>
    openUpload(house.url, meter.agentId, { bearer, length: 1_000_000 }),
  );
  for (const each of stalled) each.send(Buffer.from([0x1f, 0x8b, 8, 0]));
  await stalled[0]!.isTaken();
  await sleep(200);
  const other = await makeLiveMeter(house, house.b);
  const { file } = await packageOf(house.database, other);
  const started = performance.now();
  const answer = await sendPackage(house, other, house.b.access.reporter, file);
  const seconds = (performance.now() - started) / 1000;
  for (const each of stalled) each.breakOff();
  await untilNoneIsTaken();
  assert.equal(answer.status, 202, answer.text);
  // They are cut after 8 s of silence: whoever waited for that was kept out.
  assert.ok(seconds < 6, `it waited for ${seconds.toFixed(1)} s`);
});

test('a service that stops finishes the upload that is under way, and closes', async () => {
  const { file } = await wholePackage(meter);
  const going = openUpload(house.url, meter.agentId, { bearer, length: file.length });
  going.send(file.subarray(0, 1000));
  await going.isTaken();
  const closing = house.service.close();
  await sleep(300);
  going.send(file.subarray(1000));
  const answer = await going.answer;
  assert.equal(answer.status, 202, answer.text);
  await closing;
  const [upload] = await house.database.query<{ state: string }>('select state from uploads where id = $1', [
    answer.json.uploadId,
  ]);
  assert.ok(upload && ['accepted', 'loaded'].includes(upload.state));
  assertCalmLog();
});
