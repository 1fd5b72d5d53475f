import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ReportType, VmRecord } from '@meterhouse/contract';
import { createTestDatabase, silentLogger, type TestDatabase } from '../../platform/database/testing.ts';
import { withTestEngine } from '../../platform/engine/testing.ts';
import type { Engine } from '../../platform/engine/types.ts';
import { createJobs } from '../../platform/jobs/index.ts';
import { createMetrics, type Metrics } from '../../platform/telemetry/index.ts';
import { createUsageTables, meterMonthQueue } from '../../usage/index.ts';
import { createReports, type Reports } from '../reports.ts';
import { addMeter, addOrganisation, type MemoryArchive, memoryArchive, type TestMeter } from '../testing.ts';
import { insertUsage } from '../testing-usage.ts';
import { oldestDue } from './oldest-due.ts';

const MONTH = '2023-02';
const product = '11111111-1111-4111-8111-111111111111';
const noon = new Date('2023-02-10T12:00:00Z');

let engine: Engine;
before(async () => {
  engine = await withTestEngine();
  await createUsageTables(engine);
});

interface Listed {
  readonly ref: string;
  readonly report_type: ReportType;
  readonly archive_key: string;
  readonly superseded: boolean;
}

/** A reports room on a database, an archive and a folder of its own, and a meter whose hour 0 of the month was collected. */
class Stage implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly archive: MemoryArchive = memoryArchive();
  readonly metrics: Metrics = createMetrics();
  readonly folder: string;
  readonly reports: Reports;
  meter!: TestMeter;
  organisationId!: string;
  now = noon;

  constructor(database: TestDatabase, folder: string) {
    this.database = database;
    this.folder = folder;
    this.reports = createReports({
      database,
      engine,
      archive: this.archive,
      jobs: createJobs(),
      logger: silentLogger,
      metrics: this.metrics,
      clock: () => this.now,
      reportsFolder: folder,
      takeRendering: async () => undefined,
      renewalPauseSeconds: 600,
    });
  }

  async collect(hour: number, vcpus: number): Promise<void> {
    const starts = Date.UTC(2023, 1, 1, hour);
    const instant = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
    const vm: VmRecord = {
      product,
      hour: instant(starts),
      vm: '22222222-2222-4222-8222-222222222222',
      name: 'web',
      host: 'h',
      cluster: '',
      started: instant(starts),
      ended: instant(starts + 3_600_000),
      power: 'on',
      vcpus,
      memoryMib: 1024,
      reservationMib: 0,
      storageMib: 0,
      license: '',
      licenseCategory: 'none',
      edition: '',
      customer: '',
      services: [],
    };
    await insertUsage(engine, this.meter.id, { vm: [vm], host: [], cluster: [] });
    await this.database.query(
      `with upload as (
         insert into uploads (row_tag, organisation_id, meter_id, month, epoch, number, digest, archive_key, bytes, state, received_by, received_at)
         values ($6::bigint, $1, $2, $3, 1, $6::bigint, sha256($6::bigint::text::bytea), 'x', 1, 'loaded', 'test', now()) returning id
       )
       insert into slices (organisation_id, meter_id, product, hour, month, status, covered_seconds, upload_id, digest, vm_records, host_records, cluster_records)
       select $1, $2, $4, $5, $3, 'collected', 3600, id, decode(repeat('00', 16), 'hex'), 1, 0, 0 from upload`,
      [this.organisationId, this.meter.id, `${MONTH}-01`, product, instant(starts), hour + 1],
    );
  }

  request(): Promise<void> {
    return this.database.transaction((transaction) =>
      this.reports.requestRenewal(transaction, this.meter.id, MONTH),
    );
  }

  renew(): Promise<void> {
    return this.reports.renew({ meterId: this.meter.id, month: MONTH });
  }

  list(): Promise<Listed[]> {
    return this.database.query<Listed>(
      `select ref, report_type, archive_key, superseded_at is not null as superseded from reports
        where meter_id = $1 order by report_type, created_at`,
      [this.meter.id],
    );
  }

  /** The current refs by type. */
  async current(): Promise<Record<string, string>> {
    const rows = await this.list();
    return Object.fromEntries(
      rows.filter(({ superseded }) => !superseded).map((row) => [row.report_type, row.ref]),
    );
  }

  /** The plain text of the current report. */
  async text(type: ReportType): Promise<string> {
    const row = (await this.list()).find((one) => one.report_type === type && !one.superseded);
    return gunzipSync(this.archive.files.get(row!.archive_key)!).toString();
  }

  jobs() {
    return this.database.query<{ key: string; queue_name: string; run_at: Date }>(
      'select key, queue_name, run_at from graphile_worker.jobs order by key',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function openStage(): Promise<Stage> {
  const stage = new Stage(await createTestDatabase(), await mkdtemp(join(tmpdir(), 'meterhouse-renewal-')));
  await stage.reports.prepare();
  stage.organisationId = await addOrganisation(stage.database, 'Acme Cloud');
  // The engine outlives this database: its meters must not be ours.
  await stage.database.query("select setval(pg_get_serial_sequence('meters', 'id'), $1)", [
    1 + Math.floor(Math.random() * 1e12),
  ]);
  stage.meter = await addMeter(stage.database, stage.organisationId);
  await stage.database.query(
    `insert into products (meter_id, product, type, version, first_hour) values ($1, $2, 'vCenter', '8', '2023-02-01T00:00:00Z')`,
    [stage.meter.id, product],
  );
  await stage.collect(0, 4);
  return stage;
}

describe('a renewal', () => {
  it('issues the five reports of a month, each under a ref, and the monthly ones say what is missing', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    assert.deepEqual(Object.keys(await stage.current()).sort(), [
      'CLUSTER_HISTORY',
      'CUSTOMER_MONTHLY_USAGE',
      'HOURLY_USAGE',
      'MONTHLY_USAGE',
      'VM_HISTORY',
    ]);
    // From the 1st at 00:00 to the 10th at 10:00, less the hour that was collected.
    assert.equal(
      await stage.text('MONTHLY_USAGE'),
      'Product\tUnit of Measure\tUnits to be Reported\tSKU\tPoints\tContract\tSite\tMissing Hours\n' +
        'Memory\tGB-hour\t1.000\tPLAIN-MEMORY\t0.000\t\t\t225.000\n' +
        'Virtual processors\tvCPU-hour\t4.000\tPLAIN-VCPU\t0.000\t\t\t225.000\n',
    );
    assert.match(await stage.text('VM_HISTORY'), /\tweb\th\t\tNo Customer Label\t2023-02-01T00:00:00Z\t/);
    assert.equal((await stage.text('HOURLY_USAGE')).split('\n').length, 2);
    assert.deepEqual(await readdir(stage.folder), []);
    const metrics = await stage.metrics.text();
    assert.match(metrics, /meterhouse_reports_rendered_total\{outcome="issued"\} 5/);
    assert.match(metrics, /meterhouse_report_render_seconds_count\{type="VM_HISTORY"\} 1/);
    assert.match(metrics, /meterhouse_report_renewal_lag_seconds 0/);
  });

  it('keeps the ref of a report that says the same, and supersedes the others, which stay readable', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    const first = await stage.current();
    await stage.request();
    await stage.renew();
    assert.deepEqual(await stage.current(), first);

    await stage.collect(1, 8);
    await stage.request();
    await stage.renew();
    const second = await stage.current();
    const changed = Object.keys(first).filter((type) => first[type] !== second[type]);
    assert.deepEqual(changed.sort(), ['CUSTOMER_MONTHLY_USAGE', 'MONTHLY_USAGE', 'VM_HISTORY']);
    const rows = await stage.list();
    assert.equal(rows.length, 8);
    for (const { archive_key } of rows) assert.ok(stage.archive.files.has(archive_key));
  });

  it('does nothing a second time', async () => {
    await using stage = await openStage();
    await stage.renew();
    assert.deepEqual(await stage.list(), [], 'nobody asked for it');
    await stage.request();
    await stage.renew();
    stage.archive.failing = 99;
    await stage.renew();
    assert.equal((await stage.list()).length, 5);
  });

  it('renders the same bytes again, so that a repeat finds its files in the archive', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    const keys = [...stage.archive.files.keys()];
    await stage.database.query('delete from reports');
    await stage.database.query('update report_renewals set rendered = 0, rendered_at = null');
    await stage.renew();
    assert.deepEqual([...stage.archive.files.keys()], keys);
  });

  it('leaves a month stale when a change comes meanwhile', async () => {
    await using stage = await openStage();
    await stage.request();
    const take = stage.archive.take;
    stage.archive.take = async (...call) => {
      stage.archive.take = take;
      await stage.request();
      return take(...call);
    };
    await stage.renew();
    const stale = () =>
      stage.database.query(
        'select wanted::int, rendered::int, stale_since is not null as stale from report_renewals',
      );
    assert.deepEqual(await stale(), [{ wanted: 2, rendered: 1, stale: true }]);
    assert.deepEqual(await oldestDue(stage.database, stage.now), noon);
    await stage.renew();
    assert.deepEqual(await stale(), [{ wanted: 2, rendered: 2, stale: false }]);
    assert.equal(await oldestDue(stage.database, stage.now), undefined);
  });

  it('records nothing when the archive fails, cleans up, and is whole the next time', async () => {
    await using stage = await openStage();
    await stage.request();
    const take = stage.archive.take;
    let calls = 0;
    stage.archive.take = async (...call) => {
      calls += 1;
      if (calls === 3) throw new Error('the disk is full');
      return take(...call);
    };
    await assert.rejects(stage.renew(), /the disk is full/);
    assert.deepEqual(await stage.list(), []);
    assert.deepEqual(await readdir(stage.folder), []);
    await stage.renew();
    assert.equal((await stage.list()).length, 5);
    assert.equal(stage.archive.files.size, 5);
  });

  it('fails, and issues nothing, while a contract names a rule set that is not there', async () => {
    await using stage = await openStage();
    await stage.database.query(
      `with contract as (
         insert into contracts (organisation_id, number, family, currency, rule_set)
         values ($1, '100', 'RENTAL', 'USD', 'own') returning id
       )
       insert into meter_assignments (meter_id, from_hour, contract_id, metering_mode)
       select $2, '-infinity', id, 'PRODUCTION' from contract`,
      [stage.organisationId, stage.meter.id],
    );
    await stage.request();
    await assert.rejects(stage.renew(), /contract 100 names the rule set own, which is not there/);
    await stage.database.query("update contracts set rule_set = 'flex'");
    await stage.renew();
    assert.equal((await stage.list()).length, 5);
  });

  it('sweeps files that a dead renewal left without a record, and no others', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    const [row] = await stage.list();
    const folder = row!.archive_key.slice(0, row!.archive_key.lastIndexOf('/') + 1);
    await stage.archive.put(`${folder}VM_HISTORY-7-dead.tsv.gz`, Buffer.from('x'));
    await stage.archive.put('reports/another/meter/2023-02/kept.tsv.gz', Buffer.from('x'));
    await stage.request();
    await stage.renew();
    assert.equal(stage.archive.files.size, 6);
    assert.ok(stage.archive.files.has('reports/another/meter/2023-02/kept.tsv.gz'));
  });
});

describe('requests', () => {
  it('that come close together are one job, at once, in the queue of the meter and the month', async () => {
    await using stage = await openStage();
    for (let n = 0; n < 3; n += 1) await stage.request();
    const jobs = await stage.jobs();
    assert.equal(jobs.length, 1);
    assert.equal(jobs[0]!.queue_name, meterMonthQueue(stage.meter.id, MONTH));
    assert.deepEqual(jobs[0]!.run_at, stage.now);
  });

  it('of a change that is rolled back are none', async () => {
    await using stage = await openStage();
    const { database, reports, meter } = stage;
    await assert.rejects(
      database.transaction(async (transaction) => {
        await reports.requestRenewal(transaction, meter.id, MONTH);
        throw new Error('no');
      }),
    );
    assert.deepEqual(await stage.jobs(), []);
  });

  it('for a history beyond a million rows wait until ten minutes after the last', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    for (const [rows, wait] of [
      [1_000_000, 60],
      [1_000_001, 600],
    ] as const) {
      await stage.database.query('update report_renewals set usage_rows = $1, rendered_at = $2', [
        rows,
        noon,
      ]);
      stage.now = new Date(noon.getTime() + 60_000);
      await stage.request();
      const job = (await stage.jobs()).find(({ key }) => key.startsWith('reports-renew'));
      assert.deepEqual(job?.run_at, new Date(noon.getTime() + wait * 1000));
    }
    assert.equal(await oldestDue(stage.database, stage.now), undefined, 'a wait that is meant is no lag');
  });
});

describe('a meter that went silent', () => {
  it('has its missing hours told anew every day until its month is settled', async () => {
    await using stage = await openStage();
    await stage.request();
    await stage.renew();
    const look = async () => (await stage.jobs()).find(({ key }) => key.startsWith('reports-look'))?.run_at;
    const tomorrow = new Date('2023-02-11T12:00:00Z');
    assert.deepEqual(await look(), tomorrow);

    const before = await stage.current();
    stage.now = new Date(tomorrow.getTime() - 1000);
    await stage.renew();
    assert.deepEqual(await stage.current(), before);

    stage.now = tomorrow;
    await stage.renew();
    assert.match(await stage.text('MONTHLY_USAGE'), /\t249\.000\n/);
    assert.equal((await stage.current()).VM_HISTORY, before.VM_HISTORY);

    stage.now = new Date('2023-02-28T20:00:00Z');
    await stage.renew();
    assert.deepEqual(await look(), new Date('2023-03-01T02:00:00Z'));
    stage.now = new Date('2023-03-01T02:00:00Z');
    await stage.renew();
    assert.match(await stage.text('MONTHLY_USAGE'), /\t671\.000\n/);
    const settled = await stage.current();
    stage.now = new Date('2023-04-01T00:00:00Z');
    await stage.renew();
    assert.deepEqual(await stage.current(), settled);
  });
});

it('a superseded report leaves the archive after 60 days, its record stays', async () => {
  await using stage = await openStage();
  await stage.request();
  await stage.renew();
  await stage.collect(1, 8);
  await stage.request();
  await stage.renew();
  stage.now = new Date(noon.getTime() + 60 * 86_400_000);
  assert.equal(await stage.reports.removeSuperseded(), 0);
  stage.now = new Date(noon.getTime() + 60 * 86_400_000 + 1000);
  assert.equal(await stage.reports.removeSuperseded(), 3);
  assert.equal(await stage.reports.removeSuperseded(), 0);
  assert.equal(stage.archive.files.size, 5);
  for (const row of await stage.list())
    assert.equal(stage.archive.files.has(row.archive_key), !row.superseded, row.report_type);
});
