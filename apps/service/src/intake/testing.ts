import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Correction, PackageProduct, PartKind, RecordOf } from '@meterhouse/contract';
import { recordLine, type Signer, thumbprint, writePackage } from '@meterhouse/metering';
import type { LightMyRequestResponse } from 'fastify';
import { findServiceId } from '../identity/index.ts';
import { openFileArchive } from '../platform/archive/index.ts';
import { type FaultyArchive, faultyArchive } from '../platform/archive/testing.ts';
import { createRecordChange } from '../platform/audit/index.ts';
import { createMakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/index.ts';
import { createTestDatabase, silentLogger } from '../platform/database/testing.ts';
import type { Engine } from '../platform/engine/index.ts';
import { withTestEngine } from '../platform/engine/testing.ts';
import { type App, type Caller, createApp, type Routes } from '../platform/http/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { createMetrics, type Metrics } from '../platform/telemetry/index.ts';
import { createQuotas } from '../quotas/index.ts';
import { keysOfMeter, keysOfTakenPackages } from '../registry/index.ts';
import { createUsage, type Usage } from '../usage/index.ts';
import { createIntake, type IntakeConfig } from './intake.ts';

/** Intake and usage on a database and a folder of their own and the file's engine, with callers that say who they are. */
export interface IntakeHouse {
  readonly app: App;
  readonly database: Database;
  readonly engine: Engine;
  readonly usage: Usage;
  readonly archive: FaultyArchive;
  readonly folder: string;
  readonly metrics: Metrics;
  now: Date;
  /** Months that the reports room was told of. */
  readonly changed: string[];
  meter(organisationId?: string): Promise<TestMeter>;
  organisation(): Promise<string>;
  send(meter: TestMeter, file: Buffer, options?: SendOptions): Promise<LightMyRequestResponse>;
  /** Runs the jobs that wait, in their order. */
  runJobs(): Promise<void>;
  /** The sums of seconds x vcpus and the rows of a meter's month, as the engine has them. */
  totals(meter: TestMeter): Promise<{ rows: number; weight: string }>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly caller?: Partial<Caller>;
  readonly correction?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

export interface TestMeter {
  readonly id: string;
  readonly organisationId: string;
  readonly agentId: string;
  readonly registration: string;
  readonly signer: Signer;
  readonly product: string;
}

export const config: IntakeConfig = {
  maxPackageSize: 1024 * 1024,
  diskReserve: 0,
  futureSkew: 600,
  uploadIdleTimeout: 2,
  uploadTimeout: 20,
};

export async function openIntake(
  options: {
    config?: Partial<IntakeConfig>;
    unpackedBytes?: number;
    quotas?: { uploadsPerDay?: number; uploadBytesPerDay?: number };
    routes?: (house: IntakeHouse) => readonly Routes[];
    /** Stands on these instead of its own, and leaves them when it closes. */
    on?: { database: Database; engine: Engine; folder: string };
  } = {},
): Promise<IntakeHouse> {
  const { on } = options;
  const database = on?.database ?? (await createTestDatabase());
  const engine = on?.engine ?? (await withTestEngine());
  const folder = on?.folder ?? (await mkdtemp(join(tmpdir(), 'meterhouse-intake-')));
  const archive = faultyArchive(await openFileArchive(join(folder, 'archive')));
  const clock = () => house.now;
  const jobs = createJobs();
  const keysOf = (meterId: string) => keysOfMeter(database, meterId);
  const shared = { database, engine, archive: archive.archive, jobs, logger: silentLogger, clock, keysOf };
  const usage = createUsage({
    ...shared,
    keysOf: (meterId) => keysOfTakenPackages(database, meterId),
    recordChange: createRecordChange(clock),
    makeChange: createMakeChange({ database, clock, confirmCaller: async () => undefined }),
    stageFolder: join(folder, 'stage'),
    unpackedBytes: options.unpackedBytes ?? 64 * 1024 * 1024,
    async usageChanged(_transaction, meterId, month) {
      house.changed.push(`${meterId} ${month}`);
    },
  });
  await usage.prepare();
  if (!on) await keepApart(database, engine);
  const metrics = createMetrics();
  const intake = createIntake({
    ...shared,
    usage,
    metrics,
    config: { ...config, ...options.config },
    confirmCaller: async () => undefined,
    recordChange: createRecordChange(clock),
    quotas: createQuotas({
      database,
      recordChange: createRecordChange(clock),
      clock,
      settings: {
        meters: 1000,
        uploadsPerDay: 100_000,
        uploadBytesPerDay: 1e12,
        renderingsPerHour: 1000,
        ...options.quotas,
      },
    }),
  });
  const house: IntakeHouse = {
    database,
    engine,
    usage,
    archive,
    folder,
    metrics,
    app: undefined as unknown as App,
    now: new Date('2023-03-10T10:00:00Z'),
    changed: [],
    async organisation() {
      const [row] = await database.query<{ id: string }>(
        'insert into organisations (name) values ($1) returning id',
        [randomUUID()],
      );
      return row!.id;
    },
    async meter(organisationId) {
      return makeMeter(database, organisationId ?? (await house.organisation()));
    },
    send(meter, file, { caller, correction, type, headers } = {}) {
      const who: Caller = {
        organisationId: meter.organisationId,
        role: 'reporter',
        actor: 'token:test',
        ...caller,
      };
      return house.app.inject({
        method: 'POST',
        url: `/usage/api/v1/agents/${meter.agentId}/uploads`,
        ...(correction === undefined ? {} : { query: { correction } }),
        headers: {
          authorization: bearer(who),
          'content-type': type ?? 'application/vnd.meterhouse.usage+gzip',
          ...headers,
        },
        payload: file,
      });
    },
    async runJobs() {
      for (;;) {
        const [job] = await database.query<{ identifier: string; payload: never }>(
          `delete from graphile_worker._private_jobs using graphile_worker._private_tasks t
           where t.id = task_id and _private_jobs.id = (select min(id) from graphile_worker._private_jobs)
           returning t.identifier, payload`,
        );
        if (!job) return;
        if (job.identifier === 'usage-load') await usage.load(job.payload);
        else await usage.rebuild(job.payload);
      }
    },
    async totals(meter) {
      const [row] = await engine.reads.rows<{ rows: number; weight: string }>(
        `SELECT toUInt32(count()) AS rows, toString(sum((ended - started) * vcpus)) AS weight
         FROM usage_vm WHERE meter = {meter:UInt64}`,
        { meter: meter.id },
      );
      return row!;
    },
    async close() {
      await house.app.close();
      if (on) return;
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const app = await createApp({
    logger: silentLogger,
    authenticate: async (text) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Caller,
    routes: [...intake.routes, ...usage.routes, ...(options.routes?.(house) ?? [])],
    publicUrl: () => 'https://meterhouse.example',
    version: '0.0.0',
  });
  await app.ready();
  (house as { app: App }).app = app;
  return house;
}

/** The engine outlives a house and its numbers: another's rows must not be taken for ours. */
async function keepApart(database: Database, engine: Engine): Promise<void> {
  const [tag] = await engine.reads.rows<{ n: string }>('SELECT toString(max(upload)) AS n FROM usage_vm');
  await database.query("select setval('upload_tags', $1::bigint + 1000)", [tag?.n ?? '0']);
  await database.query("select setval(pg_get_serial_sequence('meters', 'id'), $1::bigint)", [
    1 + Math.floor(Math.random() * 1e12),
  ]);
}

export const bearer = (caller: Caller) =>
  `Bearer ${Buffer.from(JSON.stringify(caller)).toString('base64url')}`;

/** Runs `work` with a house that is gone afterwards. */
export async function withIntake(
  work: (house: IntakeHouse) => Promise<void>,
  options: Parameters<typeof openIntake>[0] = {},
): Promise<void> {
  const house = await openIntake(options);
  try {
    await work(house);
  } finally {
    await house.close();
  }
}

export async function makeMeter(database: Database, organisationId: string): Promise<TestMeter> {
  const agentId = randomUUID();
  const [row] = await database.query<{ id: string; registration: string }>(
    `insert into meters (organisation_id, agent_id, label, connectivity_mode, state)
     values ($1, $2, 'um', 'ONLINE', 'registered') returning id, registration`,
    [organisationId, agentId],
  );
  const { id, registration } = row!;
  const signer = await bindKey(database, id, 1);
  await database.query(
    `insert into meter_assignments (meter_id, from_hour, metering_mode) values ($1, '-infinity', 'PRODUCTION')`,
    [id],
  );
  return { id, organisationId, agentId, registration, signer, product: randomUUID() };
}

export async function bindKey(database: Database, meterId: string, epoch: number): Promise<Signer> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const kid = await thumbprint(publicKey as KeyObject);
  await database.query('insert into meter_keys (meter_id, epoch, kid, public_jwk) values ($1, $2, $3, $4)', [
    meterId,
    epoch,
    kid,
    JSON.stringify(publicKey.export({ format: 'jwk' })),
  ]);
  return { kid, privateKey };
}

export interface PackageOptions {
  readonly number?: number;
  readonly epoch?: number;
  readonly previous?: string | null;
  readonly month?: string;
  readonly products?: readonly PackageProduct[];
  readonly corrects?: readonly Correction[];
  readonly records?: { readonly [Kind in PartKind]?: readonly RecordOf[Kind][] };
  /** Lines in place of records, as they are. */
  readonly lines?: { readonly [Kind in PartKind]?: string };
  /** Changes to the header, good or bad. */
  readonly header?: Record<string, unknown>;
  readonly signer?: Signer;
}

/** A package of a meter, signed; by itself it lists hour 0 of March 1st with one VM. */
export async function packageOf(
  database: Database,
  meter: TestMeter,
  options: PackageOptions = {},
): Promise<{ file: Buffer; digest: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-package-'));
  const month = options.month ?? '2023-03';
  const number = options.number ?? 1;
  const records = options.records ?? (options.lines ? {} : { vm: [vm(meter)] });
  const text: { [Kind in PartKind]?: string[] } = {};
  for (const kind of ['vm', 'host', 'cluster'] as const) {
    const lines =
      options.lines?.[kind] ?? records[kind]?.map((record) => recordLine(kind, record as never)).join('');
    if (lines) text[kind] = [lines];
  }
  try {
    const { digest } = await writePackage(join(folder, 'p.gz'), {
      header: {
        service: await findServiceId(database),
        organisation: meter.organisationId,
        registration: meter.registration,
        agent: meter.agentId,
        agentVersion: '1.0',
        epoch: options.epoch ?? 1,
        number,
        previous: options.previous ?? (number === 1 ? null : 'f'.repeat(64)),
        ...(options.corrects ? { corrects: [...options.corrects] } : {}),
        month,
        createdAt: `${month}-02T00:00:00Z`,
        products: options.products ?? [
          productOf(meter, [{ hour: `${month}-01T00:00:00Z`, status: 'collected' }]),
        ],
        ...options.header,
      } as never,
      signer: options.signer ?? meter.signer,
      records: text,
    });
    return { file: await readFile(join(folder, 'p.gz')), digest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function productOf(
  meter: TestMeter,
  hours: PackageProduct['hours'],
  more: object = {},
): PackageProduct {
  return { id: meter.product, type: 'vCenter', version: '8.0', hours, ...more };
}

/** A good record of March 1st, hour 0, or as `changes` say. */
export function vm(meter: TestMeter, changes: Partial<RecordOf['vm']> = {}): RecordOf['vm'] {
  const hour = changes.hour ?? '2023-03-01T00:00:00Z';
  return {
    product: meter.product,
    hour,
    vm: '4e425213-112d-4d23-adf7-e11d2aeb229b',
    name: 'vm "one" \\ é',
    host: 'host-1',
    cluster: 'c-1',
    started: hour,
    ended: `${hour.slice(0, 14)}30:00Z`,
    power: 'on',
    vcpus: 4,
    memoryMib: 8192,
    reservationMib: 0,
    storageMib: 10240,
    license: '*****-*****-ABCDE',
    licenseCategory: 'rental',
    edition: 'enterprise',
    customer: 'Customer 1',
    services: ['nsx', 'vcd'],
    ...changes,
  };
}
