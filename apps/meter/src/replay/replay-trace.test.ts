import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { HostRecord, PackageHeader, VmRecord } from '@meterhouse/contract';
import { formatInstant, instantOf, openPackage } from '@meterhouse/metering';
import { initMeter, keepActivation, type Meter } from '../identity/index.ts';
import { type Replay, replayTrace } from './replay-trace.ts';

const HEADER = 'vm,customer,vcpus,memory_mib,powered_on,powered_off';

async function activatedMeter(t: TestContext): Promise<{ root: string; meter: Meter }> {
  const root = await mkdtemp(join(tmpdir(), 'replay-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const meter = await initMeter(join(root, 'meter'), '88531d1c-296e-4b47-8431-c0e8182148e7');
  const organisation = '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c001';
  const registration = '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c002';
  await keepActivation(meter, meter.key, {
    service: 'http://meterhouse.example',
    organisation,
    registration,
    epoch: 1,
  });
  return { root, meter };
}

interface Content {
  readonly headers: PackageHeader[];
  readonly vms: VmRecord[];
  readonly hosts: HostRecord[];
}

/** Reads every package of a replay with the plain reader; a fault of any fails the test. */
async function readAll(replay: Replay, meter: Meter): Promise<Content> {
  const content: Content = { headers: [], vms: [], hosts: [] };
  const key = createPublicKey({ key: { ...meter.key.publicJwk }, format: 'jwk' });
  let previous: string | null = null;
  for (const { path } of replay.days) {
    const reader = await openPackage(path, { keyOf: (kid) => (kid === meter.key.kid ? key : undefined) });
    for await (const batch of reader.batches()) {
      if (batch.kind === 'vm') content.vms.push(...batch.records);
      if (batch.kind === 'host') content.hosts.push(...batch.records);
    }
    assert.deepEqual(reader.faults.list, []);
    assert.equal(reader.header.previous, previous);
    assert.equal(reader.header.number, content.headers.length + 1);
    previous = reader.digest;
    content.headers.push(reader.header);
  }
  return content;
}

/** MiB-seconds and core-seconds by customer: of records, or of the trace's own rows by plain arithmetic. */
type Totals = Record<string, { mibSeconds: number; coreSeconds: number }>;
function add(totals: Totals, customer: string, seconds: number, memoryMib: number, vcpus: number): void {
  totals[customer] ??= { mibSeconds: 0, coreSeconds: 0 };
  const total = totals[customer];
  total.mibSeconds += seconds * memoryMib;
  total.coreSeconds += seconds * vcpus;
}
function totalsOfRecords(records: readonly VmRecord[]): Totals {
  const totals: Totals = {};
  for (const { customer, started, ended, memoryMib, vcpus } of records) {
    add(totals, customer, instantOf(ended) - instantOf(started), memoryMib, vcpus);
  }
  return totals;
}
function totalsOfTrace(csv: string, from: string, to: string): Totals {
  const [header, ...rows] = csv.trim().split('\n');
  const columns = header!.split(',');
  const totals: Totals = {};
  const second = (text: string) => Math.floor(Date.parse(text) / 1000);
  for (const row of rows) {
    const values = Object.fromEntries(row.split(',').map((value, index) => [columns[index], value]));
    const seconds =
      Math.min(second(values.powered_off!), second(to)) - Math.max(second(values.powered_on!), second(from));
    if (seconds <= 0) continue;
    add(totals, values.customer ?? '', seconds, Number(values.memory_mib), Number(values.vcpus));
  }
  return totals;
}

test('the packages of a month add up to what the trace says of it', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const start = instantOf('2022-12-30T22:10:00Z');
  let random = 1;
  const next = (below: number) => {
    random = (random * 48_271) % 2_147_483_647;
    return random % below;
  };
  const rows = Array.from({ length: 300 }, (_, index) => {
    const on = start + next(40 * 86_400);
    const off = on + next(index % 3 === 0 ? 30 * 86_400 : 7200);
    return `${index},${index % 4 === 0 ? '' : `Zürich \\ ${index % 5}`},${1 + next(8)},${next(65_536)},${formatInstant(on)},${formatInstant(off)}`;
  });
  const csv = `${HEADER}\n${rows.join('\n')}\n`;
  const trace = join(root, 'trace.csv.gz');
  await writeFile(trace, gzipSync(csv));
  const replay = await replayTrace({ dir: meter.dir, trace, month: '2023-01', out: join(root, 'out') });
  const content = await readAll(replay, meter);
  assert.equal(content.headers.length, 31);
  assert.deepEqual(
    totalsOfRecords(content.vms),
    totalsOfTrace(csv, '2023-01-01T00:00:00Z', '2023-02-01T00:00:00Z'),
  );
  const hours = content.headers.flatMap(({ products }) => products.flatMap((product) => product.hours));
  assert.equal(hours.length, 744);
  assert.ok(hours.every(({ status }) => status === 'collected'));
});

test('a host runs as many machines in an hour as records name it', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const rows = Array.from(
    { length: 40 },
    (_, vm) => `${vm},,1,1024,2023-01-01T0${vm % 8}:30:00Z,2023-01-01T09:10:00Z`,
  );
  const trace = join(root, 'trace.csv');
  await writeFile(trace, `${HEADER}\n${rows.join('\n')}\n`);
  const replay = await replayTrace({ dir: meter.dir, trace, month: '2023-01', out: join(root, 'out') });
  const { vms, hosts } = await readAll(replay, meter);
  assert.equal(hosts.length, 3 * 10);
  for (const { host, hour, runningVms } of hosts) {
    const named = vms.filter((record) => record.host === host && record.hour === hour);
    assert.equal(runningVms, named.length);
  }
  assert.deepEqual(new Set(vms.map(({ host }) => host)), new Set(hosts.map(({ host }) => host)));
});

test('only the hours from the first start to the last end are listed', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const trace = join(root, 'trace.csv');
  await writeFile(trace, `${HEADER}\n1,,1,1024,2023-01-02T05:59:59Z,2023-01-03T01:00:00Z\n`);
  const replay = await replayTrace({ dir: meter.dir, trace, month: '2023-01', out: join(root, 'out') });
  const { headers } = await readAll(replay, meter);
  const hours = headers.flatMap(({ products }) => products[0]!.hours.map(({ hour }) => hour));
  assert.equal(hours[0], '2023-01-02T05:00:00Z');
  assert.equal(hours.at(-1), '2023-01-03T00:00:00Z');
  assert.equal(hours.length, 20);
});

test('the same trace again adds nothing, and a second set of a month is made only when it is asked for', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const trace = join(root, 'trace.csv');
  await writeFile(trace, `${HEADER}\n1,,1,1024,2023-01-02T05:00:00Z,2023-01-04T01:00:00Z\n`);
  const options = { dir: meter.dir, trace, month: '2023-01', out: join(root, 'out') };
  const first = await replayTrace(options);
  const second = await replayTrace(options);
  assert.deepEqual(
    second.days.map(({ path }) => path),
    first.days.map(({ path }) => path),
  );
  assert.ok(second.days.every(({ records }) => records === undefined));
  const other = join(root, 'other.csv');
  await writeFile(other, `${HEADER}\n1,,2,1024,2023-01-02T05:00:00Z,2023-01-04T01:00:00Z\n`);
  const refused = {
    code: 'month-packed',
    message: /packages of 2023-01 already, such as .*_2023-01-04\.gz\..*--again/,
  };
  await assert.rejects(replayTrace({ ...options, trace: other }), refused);
  await assert.rejects(replayTrace({ ...options, out: join(root, 'elsewhere') }), refused);
  assert.equal((await readdir(options.out)).length, 3);
  const elsewhere = await replayTrace({ ...options, out: join(root, 'elsewhere'), again: true });
  assert.match(elsewhere.days[0]!.path, /_000004_2023-01-02\.gz$/);
  assert.equal((await replayTrace({ ...options, out: join(root, 'elsewhere') })).days.length, 3);
  const february = `${HEADER}\n1,,2,1024,2023-02-02T05:00:00Z,2023-02-04T01:00:00Z\n`;
  await writeFile(other, february);
  await replayTrace({ ...options, trace: other, month: '2023-02' });
  // The month before is no longer the last run, and its files may have been sent and removed.
  await rm(options.out, { recursive: true });
  await rm(join(root, 'elsewhere'), { recursive: true });
  await assert.rejects(replayTrace(options), refused);
});

test('every fault of a trace is named with its line and column, and nothing is written', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const trace = join(root, 'trace.csv');
  const rows = [
    '1,a,1,1024,2023-01-02T05:00:00Z,2023-01-02T06:00:00Z',
    '1,a,1,1024,2023-01-02T05:00:00Z,2023-01-02T06:00:00Z',
    ',n/a,x,-1,2023-02-30T05:00:00Z,2023-01-02',
    '3,a,1,1024,2023-01-02T06:00:00Z,2023-01-02T05:00:00Z',
    '4,a,1',
    '5,a,70000,1024,2023-01-02T06:00:00.500Z,2023-01-02T07:00:00Z',
  ];
  await writeFile(trace, `${HEADER}\n${rows.join('\n')}\n`);
  const options = { dir: meter.dir, trace, month: '2023-01', out: join(root, 'out') };
  await assert.rejects(replayTrace(options), (error: { code: string; faults: string[] }) => {
    assert.equal(error.code, 'trace-refused');
    assert.deepEqual(error.faults, [
      'line 3, vm: "1" has a row already; one row a machine',
      'line 4, vm: is empty',
      'line 4, customer: "n/a" cannot be a label',
      'line 4, vcpus: "x" is not an integer from 0 to 65535',
      'line 4, memory_mib: "-1" is not an integer from 0 to 4294967295',
      'line 4, powered_on: "2023-02-30T05:00:00Z" is not an instant such as 2023-01-01T05:00:30Z',
      'line 4, powered_off: "2023-01-02" is not an instant such as 2023-01-01T05:00:30Z',
      'line 5, powered_off: lies before powered_on',
      'line 6: 3 values, 6 columns',
      'line 7, vcpus: "70000" is not an integer from 0 to 65535',
    ]);
    return true;
  });
  await assert.rejects(access(options.out));
  await writeFile(trace, 'vm,vcpus,ram,powered_on,powered_on\n');
  await assert.rejects(replayTrace(options), (error: { faults: string[] }) => {
    assert.deepEqual(error.faults, [
      'line 1: the column memory_mib is missing',
      'line 1: the column powered_off is missing',
      'line 1: the column "ram" is not known',
      'line 1: the column powered_on stands twice',
    ]);
    return true;
  });
});

test('a trace that is not in the month, not there, or cut off is refused', async (t) => {
  const { root, meter } = await activatedMeter(t);
  const trace = join(root, 'trace.csv.gz');
  const packed = gzipSync(`${HEADER}\n1,,1,1024,2023-01-02T05:00:00Z,2023-01-04T01:00:00Z\n`);
  await writeFile(trace, packed);
  const options = { dir: meter.dir, trace, month: '2023-03', out: join(root, 'out') };
  await assert.rejects(replayTrace(options), /no hour of it lies in 2023-03/);
  await assert.rejects(replayTrace({ ...options, trace: `${trace}.gone` }), /There is no file/);
  await writeFile(trace, packed.subarray(0, packed.length - 12));
  await assert.rejects(replayTrace({ ...options, month: '2023-01' }), { code: 'trace-refused' });
});

test('a meter that is not activated cannot replay, and one that is not there says how to make it', async (t) => {
  const { root } = await activatedMeter(t);
  const meter = await initMeter(join(root, 'fresh'));
  const options = { trace: '', month: '2023-01', out: join(root, 'out') };
  await assert.rejects(replayTrace({ ...options, dir: meter.dir }), /meterhouse meter activate/);
  await assert.rejects(replayTrace({ ...options, dir: join(root, 'none') }), /meterhouse meter init/);
});

// The traces are not part of the project (their licences); beside a checkout that has none, this says so and ends.
test('a real trace of 50 machines adds up as well', async (t) => {
  const path = fileURLToPath(new URL('../../../../../shared/data/bitbrains-50.csv', import.meta.url));
  const csv = await readFile(path).catch(() => undefined);
  if (csv === undefined) return t.diagnostic(`not run: there is no ${path}`);
  const { root, meter } = await activatedMeter(t);
  const replay = await replayTrace({ dir: meter.dir, trace: path, month: '2023-01', out: join(root, 'out') });
  const { headers, vms } = await readAll(replay, meter);
  assert.equal(replay.machines, 50);
  assert.deepEqual(
    totalsOfRecords(vms),
    totalsOfTrace(csv.toString(), '2023-01-01T00:00:00Z', '2023-02-01T00:00:00Z'),
  );
  assert.equal(headers.flatMap(({ products }) => products[0]!.hours).length, 30 * 24 + 1);
});
