/** For tests: one part of a package, read by the engine and by the plain reader of packages/metering. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import type {
  ClusterRecord,
  HostRecord,
  PackageHeader,
  PartKind,
  RecordOf,
  VmRecord,
} from '@meterhouse/contract';
import {
  canonical,
  checkPackage,
  type Faults,
  instantOf,
  signHeader,
  thumbprint,
} from '@meterhouse/metering';
import { withTestEngine } from '../../platform/engine/testing.ts';
import { createUsageTables } from '../tables/tables.ts';
import { dropStage, openSlices, type StageVerdict, stagePackage } from './stage.ts';

export const PRODUCT = '21363339-20ae-4c3e-ad05-af506447c1db';
export const HOURS = ['2023-01-01T00:00:00Z', '2023-01-01T01:00:00Z'] as const;

const span = {
  product: PRODUCT,
  hour: HOURS[0],
  started: '2023-01-01T00:17:23Z',
  ended: '2023-01-01T01:00:00Z',
};
const VM: VmRecord = {
  product: span.product,
  hour: span.hour,
  vm: '4e425213-112d-4d23-adf7-e11d2aeb229b',
  name: 'n/1"a\\é😀',
  host: 'h-1',
  cluster: 'c',
  started: span.started,
  ended: span.ended,
  power: 'on',
  vcpus: 8,
  memoryMib: 16384,
  reservationMib: 0,
  storageMib: 112640,
  license: '*-9896C',
  licenseCategory: 'perpetual',
  edition: 'x',
  customer: 'Kunde €',
  services: ['a', 'vcd'],
};
const HOST: HostRecord = {
  product: span.product,
  hour: span.hour,
  host: 'n/1"a\\é😀',
  cluster: 'c',
  started: span.started,
  ended: span.ended,
  sockets: 2,
  coresPerSocket: 16,
  memoryMib: 524288,
  license: '*-9896C',
  licenseCategory: 'rental',
  sku: 'Kunde €',
  runningVms: 8,
  model: 'x',
};
const CLUSTER: ClusterRecord = {
  product: span.product,
  hour: span.hour,
  cluster: 'n/1"a\\é😀',
  started: span.started,
  ended: span.ended,
  vsanUsedMib: 8,
  vsanRawMib: 4194304,
  features: ['a', 'dedup'],
  edition: 'x',
};
/** A good record of each kind, its fields in the contract's order. */
export const EXAMPLES: RecordOf = { vm: VM, host: HOST, cluster: CLUSTER };

const HEADER: Omit<PackageHeader, 'parts'> = {
  format: 'meterhouse-usage/1',
  service: 'https://usage.example',
  organisation: '0e0e0e0e-0000-4000-8000-000000000001',
  registration: '0e0e0e0e-0000-4000-8000-000000000002',
  agent: '88531d1c-296e-4b47-8431-c0e8182148e7',
  agentVersion: '0.1.0',
  epoch: 1,
  number: 1,
  previous: null,
  month: '2023-01',
  createdAt: '2023-01-02T00:10:00Z',
  products: [
    {
      id: PRODUCT,
      type: 'vCenter',
      version: '8.0.1',
      hours: [
        ...HOURS.map((hour) => ({ hour, status: 'collected' as const })),
        { hour: '2023-01-01T02:00:00Z', status: 'unreachable' },
      ],
    },
  ],
};

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const kid = await thumbprint(publicKey);
const folder = await mkdtemp(join(tmpdir(), 'meterhouse-stage-'));
after(() => rm(folder, { recursive: true, force: true }));

let tag = 0;

export interface Verdicts {
  readonly engine: boolean;
  readonly plain: boolean;
  readonly staged: StageVerdict;
  readonly faults: Faults;
}

export interface Part {
  readonly text: Buffer | string;
  /** What the header announces; as many as there are LFs unless said. */
  readonly records?: number;
  /** The part's bytes; one gzip member of the text unless said. */
  readonly packed?: Buffer;
  /** Looks at the stage before it goes. */
  readonly look?: (tag: string) => Promise<void>;
}

/** Whether each of the two takes a package of this one part. */
export async function readByBoth(kind: PartKind, { text, packed, look, ...said }: Part): Promise<Verdicts> {
  const engine = await withTestEngine();
  if (tag === 0) await createUsageTables(engine);
  tag += 1;
  const bytes = packed ?? gzipSync(text, { level: 1 });
  const records = said.records ?? Math.max(1, lines(Buffer.from(text)));
  const path = join(folder, `${tag}.gz`);
  await writeFile(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const header: PackageHeader = { ...HEADER, parts: [{ kind, records, bytes: bytes.length, sha256 }] };
  const staged = await stagePackage(engine, {
    tag: String(tag),
    meterId: '1',
    month: header.month,
    parts: [{ kind, path, records, unpackedBytes: bytes.readUInt32LE(bytes.length - 4) }],
    open: openSlices(header.products, instantOf),
  });
  await look?.(`stage_${tag}_${kind}`);
  await dropStage(engine, String(tag));
  await rm(path);
  const signature = await signHeader(header, { kid, privateKey });
  const file = [gzipSync(`${canonical({ package: header, signature })}\n`), bytes];
  const { faults } = await checkPackage(pieces(file), {
    keyOf: (asked) => (asked === kid ? publicKey : undefined),
  });
  return { engine: staged.verdict === 'plain', plain: faults.total === 0, staged, faults };
}

async function* pieces(list: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* list;
}

function lines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count++;
  return count;
}
