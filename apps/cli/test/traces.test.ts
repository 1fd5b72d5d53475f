import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import { createClient } from '../src/http/client.ts';
import { settled } from '../src/journey/settled.ts';
import { meterhouse } from './meterhouse.ts';

// What providers' machines really did, metered by the command line, sent to a running service, and its reports held to
// plain arithmetic on the trace's own rows: none of the project's arithmetic is used for what is expected here.

const TRACES = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const SECONDS_OF_JANUARY = 744n * 3600n;

let place: ThrowAway;
let service: ServiceProcess;
before(async () => {
  place = await makeThrowAway();
  const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
  service = await startService(flags, join(place.root, 'service.log'));
});
after(async () => {
  await service?.stop();
  await place?.remove();
});

async function run(...words: string[]): Promise<string> {
  const ran = await meterhouse(words, { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token });
  assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
  return ran.stdout;
}

/** Meters January of the trace with a meter of its own, under these flags of `meters register`; gives MUR and CMR by type. */
async function reportsOf(trace: string, agent: string, flags: readonly string[]) {
  const dir = join(place.root, agent);
  const out = join(dir, 'packages');
  await run('meter', 'init', '--dir', dir, '--agent', agent);
  await run('meters', 'register', agent, '--label', agent, ...flags);
  const token = (await run('meters', 'activation-token', agent)).trim();
  await run('meter', 'activate', '--dir', dir, '--activation-token', token);
  await run('meter', 'replay', '--dir', dir, '--trace', trace, '--month', '2023-01', '--out', out);
  await run('uploads', 'send', '--dir', dir, ...(await readdir(out)).map((name) => join(out, name)));
  await settled(createClient(service.url));
  const folder = join(dir, 'reports');
  await run('reports', 'download', '--month', '2023-01', '--agent', agent, '--out', folder);
  const rows = async (prefix: string) => {
    const name = (await readdir(folder)).find((file) => file.startsWith(prefix));
    const [header, ...lines] = gunzipSync(await readFile(join(folder, name!)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    return lines.map((line) => Object.fromEntries(line.map((value, index) => [header![index]!, value])));
  };
  return { monthly: await rows('Monthly_Usage'), customers: await rows('Customer_Monthly_Usage') };
}

interface Row {
  readonly customer: string;
  readonly seconds: bigint;
  readonly vcpus: bigint;
  readonly mib: bigint;
}
async function rowsOf(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trimEnd().split('\n');
  const at = Object.fromEntries(header!.split(',').map((name, index) => [name, index]));
  const end = Date.parse('2023-02-01T00:00:00Z');
  return lines.map((line) => {
    const values = line.split(',');
    const off = Math.min(Date.parse(values[at.powered_off!]!), end);
    return {
      customer: at.customer === undefined ? 'No Customer Label' : values[at.customer]! || 'No Customer Label',
      seconds: BigInt((off - Date.parse(values[at.powered_on!]!)) / 1000),
      vcpus: BigInt(values[at.vcpus!]!),
      mib: BigInt(values[at.memory_mib!]!),
    };
  });
}

/** Half of the memory, at most 24 GiB of it, in half-MiB. */
const billed = ({ mib }: Row) => (mib < 49_152n ? mib : 49_152n);
/** What a SKU sums up over rows, and what the sum is divided by. */
const SKUS: Record<string, { of: (row: Row) => bigint; by: bigint }> = {
  'FLEX-VRAM': { of: (row) => billed(row) * row.seconds, by: 2n * 1024n * SECONDS_OF_JANUARY },
  'PLAIN-VCPU': { of: (row) => row.vcpus * row.seconds, by: 3600n },
  'PLAIN-MEMORY': { of: (row) => row.mib * row.seconds, by: 1024n * 3600n },
};

/** The quantity of a SKU by customer, three decimals, half up; under '' that of all. */
function expected(rows: readonly Row[], sku: string): Map<string, string> {
  const { of, by } = SKUS[sku]!;
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    for (const key of ['', row.customer]) sums.set(key, (sums.get(key) ?? 0n) + of(row));
  }
  const printed = [...sums].map(([key, sum]): [string, string] => {
    const thousandths = String((2000n * sum + by) / (2n * by)).padStart(4, '0');
    return [key, `${thousandths.slice(0, -3)}.${thousandths.slice(-3)}`];
  });
  return new Map(printed.filter(([, quantity]) => quantity !== '0.000'));
}

async function compare(
  t: TestContext,
  file: string,
  agent: string,
  flags: readonly string[],
  skus: readonly string[],
) {
  const trace = join(TRACES, file);
  if (!existsSync(trace)) return t.skip(`no ${file} in ../shared/data beside the project`);
  const [rows, { monthly, customers }] = await Promise.all([rowsOf(trace), reportsOf(trace, agent, flags)]);
  for (const sku of skus) {
    const wanted = expected(rows, sku);
    const quantity = 'Units to be Reported';
    assert.equal(monthly.find((row) => row.SKU === sku)?.[quantity], wanted.get(''), sku);
    wanted.delete('');
    const told = customers.filter((row) => row.SKU === sku).map((row) => [row.Customer!, row[quantity]!]);
    assert.deepEqual(new Map(told as [string, string][]), wanted, `${sku} by customer`);
  }
}

const contract = ['--contract', '1012345', '--site', 'Site A'];

test('50 machines of a hosting provider: vRAM by contract equals plain arithmetic', (t) =>
  compare(t, 'bitbrains-50.csv', '88531d1c-296e-4b47-8431-c0e8182148e1', contract, ['FLEX-VRAM']));

test('the same machines without a contract: vCPU- and GB-hours equal plain arithmetic', (t) =>
  compare(t, 'bitbrains-50.csv', '88531d1c-296e-4b47-8431-c0e8182148e2', [], ['PLAIN-VCPU', 'PLAIN-MEMORY']));

test('259,159 machines of a cloud with 200 customers: vRAM by contract equals plain arithmetic', (t) =>
  compare(t, 'azure-2017-arrivals.csv.gz', '88531d1c-296e-4b47-8431-c0e8182148e3', contract, ['FLEX-VRAM']));

test('the same cloud without a contract: vCPU- and GB-hours equal plain arithmetic', (t) =>
  compare(
    t,
    'azure-2017-arrivals.csv.gz',
    '88531d1c-296e-4b47-8431-c0e8182148e4',
    [],
    ['PLAIN-VCPU', 'PLAIN-MEMORY'],
  ));
