/** A meter with hours that wait, on a real disk, for the tests of what packs, keeps and sends them. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HostRecord, PackageHour, VmRecord } from '@meterhouse/contract';
import {
  formatInstant,
  HOUR,
  instantOf,
  type Key,
  openPackage,
  type PackageReader,
  recordLine,
} from '@meterhouse/metering';
import { importJWK } from 'jose';
import { type ClosedHours, closedHours } from '../hours/index.ts';
import { type ActivatedMeter, initMeter, keepActivation } from '../identity/index.ts';
import type { ProductIdentity } from '../inventory/index.ts';
import type { Journal, JournalEntry } from '../journal/index.ts';
import { type SpoolPlaces, spoolPlaces } from './places.ts';

export const PRODUCT: ProductIdentity = {
  id: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e1a01',
  type: 'vCenter',
  version: '8.0.2',
};
export const OTHER: ProductIdentity = { ...PRODUCT, id: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e1a02' };

export interface MeterOnDisk {
  readonly dir: string;
  readonly meter: ActivatedMeter;
  readonly places: SpoolPlaces;
  readonly hours: ClosedHours;
}

export async function meterOnDisk(t: TestContext): Promise<MeterOnDisk> {
  const root = await mkdtemp(join(tmpdir(), 'meter-'));
  t.after(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  const dir = join(root, 'meter');
  const made = await initMeter(dir);
  const meter = await keepActivation(made, made.key, {
    service: 'a-service',
    organisation: randomUUID(),
    registration: randomUUID(),
    epoch: 1,
  });
  return { dir, meter, places: spoolPlaces(dir), hours: hoursOf(dir) };
}

export function hoursOf(dir: string): ClosedHours {
  return closedHours(join(dir, 'hours'));
}

export interface HourToClose {
  readonly product?: ProductIdentity;
  readonly version?: number;
  readonly status?: PackageHour['status'];
  readonly machines?: number;
}

/** Closes an hour as the ledger would: a folder of its own below `<dir>/hours/<product>/waiting`. */
export async function closeHour(
  dir: string,
  hour: string,
  { product = PRODUCT, version = 1, status = 'collected', machines = 2 }: HourToClose = {},
): Promise<void> {
  const folder = join(dir, 'hours', product.id, 'waiting', `${hour.replaceAll(':', '')}_${version}`);
  await mkdir(folder, { recursive: true });
  const start = instantOf(hour);
  const half = formatInstant(start + HOUR / 2);
  const ended = status === 'collected' ? formatInstant(start + HOUR) : half;
  const listed: PackageHour = {
    hour,
    status,
    ...(status === 'partial' && { covered: [[hour, half]] }),
    ...(status === 'collected' ? {} : { reason: 'connection-lost' }),
  };
  const records: Record<string, number> = {};
  if (status !== 'unreachable') {
    const vms = Array.from({ length: machines }, (_, index) =>
      recordLine('vm', { ...VM, product: product.id, hour, started: hour, ended, vm: uuidOf(index) }),
    );
    const host = recordLine('host', { ...HOST, product: product.id, hour, started: hour, ended });
    await writeFile(join(folder, 'vm.ndjson.gz'), gzipSync(vms.join('')));
    await writeFile(join(folder, 'host.ndjson.gz'), gzipSync(host));
    Object.assign(records, { vm: vms.length, host: 1 });
  }
  await writeFile(join(folder, 'hour.json'), JSON.stringify({ product, listed, version, records }));
}

/** `count` hours from `first` on. */
export function hoursFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => formatInstant(instantOf(first) + index * HOUR));
}

/** A package on the disk, read to its end by the plain reader. @throws when it has a fault */
export async function readWhole(path: string, meter: ActivatedMeter): Promise<PackageReader['header']> {
  const key = await importJWK({ ...meter.key.publicJwk }, 'EdDSA');
  const reader = await openPackage(path, { keyOf: () => key as Key });
  for await (const _ of reader.batches());
  if (reader.faults.total > 0) throw new Error(JSON.stringify(reader.faults));
  return reader.header;
}

/** What packages list: `<product> <hour> <status>`. */
export function slicesOf(header: PackageReader['header']): string[] {
  return header.products.flatMap(({ id, hours }) =>
    hours.map(({ hour, status }) => `${id} ${hour} ${status}`),
  );
}

export function journalOf(): Journal & { readonly entries: JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return { entries, note: (entry) => void entries.push(entry) };
}

const uuidOf = (index: number) => `5f1f6a34-77f1-4f4c-b8cc-${String(index).padStart(12, '0')}`;

const VM: Omit<VmRecord, 'product' | 'hour' | 'started' | 'ended' | 'vm'> = {
  name: 'a-machine',
  host: 'host-1',
  cluster: '',
  power: 'on',
  vcpus: 2,
  memoryMib: 4096,
  reservationMib: 0,
  storageMib: 10,
  license: '',
  licenseCategory: 'unknown',
  edition: '',
  customer: '',
  services: [],
};
const HOST: Omit<HostRecord, 'product' | 'hour' | 'started' | 'ended'> = {
  host: 'host-1',
  cluster: '',
  sockets: 2,
  coresPerSocket: 8,
  memoryMib: 65_536,
  license: '',
  licenseCategory: 'unknown',
  sku: '',
  runningVms: 2,
  model: 'a model',
};
