/** What tests of the hours share: states to begin with, a ledger in a folder of its own, hours read back from the disk. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ClusterRecord, HostRecord, VmRecord } from '@meterhouse/contract';
import { parseInstant } from '@meterhouse/metering';
import type {
  ClusterState,
  HostState,
  Inventory,
  MachineState,
  Place,
  ProductIdentity,
  Reading,
} from '../inventory/index.ts';
import type { Journal, JournalEntry } from '../journal/index.ts';
import { InjectedTime } from '../time/testing.ts';
import type { ClosedHour } from './closed-hour.ts';
import { type Labels, NO_LABELS } from './labels.ts';
import type { Ledger } from './ledger.ts';
import { openLedger } from './open-ledger.ts';
import { PLAIN, type Privacy } from './privacy.ts';
import { closedHours } from './waiting-hours.ts';

/** 2026-03-01T10:00:00Z */
export const TEN = parseInstant('2026-03-01T10:00:00Z')!;
export const PRODUCT: ProductIdentity = {
  id: 'a1b2c3d4-0000-4000-8000-000000000001',
  type: 'vCenter',
  version: '8.0.1',
};

export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function machine(number: number, values: Partial<MachineState> = {}): MachineState {
  return {
    id: `vm-${number}`,
    uuid: uuidOf(number),
    name: `machine ${number}`,
    power: 'on',
    vcpus: 2,
    memoryMib: 4096,
    reservationMib: 0,
    storageMib: 10_240,
    services: [],
    host: 'host-1',
    pool: undefined,
    folder: undefined,
    ...values,
  };
}

export function host(number: number, values: Partial<HostState> = {}): HostState {
  return {
    id: `host-${number}`,
    name: `esx-${number}`,
    cluster: 'cluster-1',
    place: undefined,
    sockets: 2,
    coresPerSocket: 16,
    memoryMib: 524_288,
    model: 'R760',
    license: { key: 'AAAAA-00000', category: 'rental', edition: 'premier', sku: '' },
    ...values,
  };
}

export function cluster(number: number, values: Partial<ClusterState> = {}): ClusterState {
  return {
    id: `cluster-${number}`,
    name: `gold-${number}`,
    vsanUsedMib: 0,
    vsanRawMib: 0,
    features: [],
    edition: '',
    ...values,
  };
}

export function inventory(
  machines: readonly MachineState[],
  rest: Partial<Omit<Inventory, 'machines'>> = {},
): Inventory {
  return { machines, hosts: [host(1)], clusters: [cluster(1)], places: [], ...rest };
}

export function inventoryReading(
  seen: number,
  what: Inventory,
  log?: Extract<Reading, { kind: 'inventory' }>['log'],
): Reading {
  return { kind: 'inventory', seen, product: PRODUCT, inventory: what, ...(log && { log }) };
}

export function changesReading(
  seen: number,
  ...changes: Extract<Reading, { kind: 'changes' }>['changes']
): Reading {
  return { kind: 'changes', seen, changes };
}

export function becomes(at: number, state: MachineState) {
  return { kind: 'machine', at, state } as const;
}

export function goes(at: number, id: string, of: 'machine' | 'host' | 'cluster' | 'place' = 'machine') {
  return { kind: 'gone', of, at, id } as const;
}

export function place(id: string, parent?: string, values: Partial<Place> = {}): Place {
  return { id, type: 'Folder', name: id, parent, ...values };
}

/** A journal that remembers. */
export class TestJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  note(entry: JournalEntry): void {
    this.entries.push(entry);
  }
  messages(code: JournalEntry['code']): string[] {
    return this.entries.filter((entry) => entry.code === code).map(({ message }) => message);
  }
}

/** An hour as it lies on the disk, its records parsed. */
export interface ReadHour extends ClosedHour {
  readonly vm: readonly VmRecord[];
  readonly host: readonly HostRecord[];
  readonly cluster: readonly ClusterRecord[];
}

export interface TestLedger {
  readonly root: string;
  readonly folder: string;
  readonly journal: TestJournal;
  readonly time: InjectedTime;
  ledger: Ledger;
  labels: Labels;
  privacy: Privacy;
  /** Ends the process, as far as the ledger can tell, and starts another. */
  reopen(): Promise<Ledger>;
  /** All that wait. */
  hours(): Promise<ReadHour[]>;
  /** `10 collected`, `11 partial timed-out 2`, the version where it is not the first. */
  listed(): Promise<string[]>;
}

/** A file system in memory, where syncs are real calls that cost nothing. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function testLedger(
  t: Pick<TestContext, 'after'>,
  {
    labels = NO_LABELS,
    privacy = PLAIN,
    inMemory = false,
  }: { labels?: Labels; privacy?: Privacy; inMemory?: boolean } = {},
): Promise<TestLedger> {
  const root = await mkdtemp(join(inMemory ? MEMORY : tmpdir(), 'hours-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'lab');
  const journal = new TestJournal();
  const time = new InjectedTime(TEN * 1000);
  const open = () => openLedger({ folder, time, journal, labels: test.labels, privacy: test.privacy });
  const test: TestLedger = {
    root,
    folder,
    journal,
    time,
    labels,
    privacy,
    ledger: undefined as unknown as Ledger,
    async reopen() {
      await test.ledger.close();
      test.ledger = await open();
      return test.ledger;
    },
    hours: () => readHours(root),
    async listed() {
      return (await readHours(root)).map(({ listed: { hour, status, reason }, version }) =>
        [
          hour.slice(11, 13),
          status,
          ...(reason === undefined ? [] : [reason]),
          ...(version > 1 ? [version] : []),
        ].join(' '),
      );
    },
  };
  test.ledger = await open();
  t.after(() => test.ledger.close());
  return test;
}

export async function readHours(root: string): Promise<ReadHour[]> {
  const hours = await closedHours(root).waiting();
  return Promise.all(
    hours.map(async (hour) => ({
      ...hour,
      vm: await records<VmRecord>(hour, 'vm'),
      host: await records<HostRecord>(hour, 'host'),
      cluster: await records<ClusterRecord>(hour, 'cluster'),
    })),
  );
}

async function records<T>({ files }: ClosedHour, kind: 'vm' | 'host' | 'cluster'): Promise<T[]> {
  const file = files[kind];
  if (file === undefined) return [];
  const lines = gunzipSync(await readFile(file.path))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  if (lines.length !== file.records)
    throw new Error(`${file.path}: ${lines.length} lines, ${file.records} told`);
  return lines.map((line) => JSON.parse(line) as T);
}

/** `10:00:00-10:20:00` of every record, with what `show` says of it. */
export function spans<T extends { readonly started: string; readonly ended: string }>(
  list: readonly T[],
  show: (record: T) => string,
): string[] {
  return list.map(
    (record) => `${record.started.slice(11, 19)}-${record.ended.slice(11, 19)} ${show(record)}`,
  );
}

/** The crashing child's own path: beside the tests. */
export const HERE = dirname(new URL(import.meta.url).pathname);
