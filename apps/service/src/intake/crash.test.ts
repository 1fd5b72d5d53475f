import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PackageProduct, RecordOf } from '@meterhouse/contract';
import { createTestDatabase, type TestDatabase } from '../platform/database/testing.ts';
import { bearer, makeMeter, packageOf, productOf, type TestMeter, vm } from './testing.ts';

/** Every step of an upload and of its load, in their order. */
const POINTS = [
  'intake.received',
  'intake.judged',
  'intake.archived',
  'intake.before-commit',
  'intake.committed',
  'intake.receipted',
  'usage.after-remove-replaced',
  'usage.before-move-vm',
  'usage.after-move-vm',
  'usage.before-loaded',
  'usage.after-loaded',
];

let database: TestDatabase;
let connectionString: string;
let folder: string;
let organisationId: string;
before(async () => {
  database = await createTestDatabase();
  connectionString = database.connectionString;
  folder = await mkdtemp(join(tmpdir(), 'meterhouse-crash-'));
  const [row] = await database.query<{ id: string }>(
    "insert into organisations (name) values ('Acme') returning id",
  );
  organisationId = row!.id;
});
after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<unknown>;
}

async function start(crashAt?: string): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'testing-crash-child.ts'), [connectionString, folder], {
    env: { ...process.env, ...(crashAt === undefined ? {} : { METERHOUSE_CRASH_AT: crashAt }) },
  });
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child, 'message'), ended]);
  assert.ok((said[0] as { port?: number })?.port, 'the child did not start');
  return { child, port: (said[0] as { port: number }).port, ended };
}

async function kill({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** The status, or undefined when the service died over it. */
async function send({ port }: Running, meter: TestMeter, file: Buffer): Promise<number | undefined> {
  const caller = { organisationId: meter.organisationId, role: 'reporter' as const, actor: 'token:test' };
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/usage/api/v1/agents/${meter.agentId}/uploads`, {
      method: 'POST',
      headers: { authorization: bearer(caller), 'content-type': 'application/gzip' },
      body: new Uint8Array(file),
    });
    return answer.status;
  } catch {
    return undefined;
  }
}

async function allLoaded(): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const [row] = await database.query<{ n: string }>(
      "select count(*) as n from uploads where state = 'accepted'",
    );
    if (row?.n === '0') return;
    await sleep(40);
  }
  assert.fail('an accepted upload was not loaded');
}

const H = (hour: number) => `2023-03-01T${String(hour).padStart(2, '0')}:00:00Z`;

/** A first package, and a second that raises one of its hours, repeats another and adds a third. */
async function story(meter: TestMeter) {
  const of = (hours: PackageProduct['hours']) => [productOf(meter, hours)];
  const at = (hour: number, vcpus: number): RecordOf['vm'] => vm(meter, { hour: H(hour), vcpus });
  const first = await packageOf(database, meter, {
    products: of([
      { hour: H(0), status: 'partial', covered: [[H(0), '2023-03-01T00:30:00Z']] },
      { hour: H(1), status: 'collected' },
    ]),
    records: { vm: [at(0, 1), at(1, 2)] },
  });
  const second = await packageOf(database, meter, {
    number: 2,
    previous: first.digest,
    products: of([0, 1, 2].map((hour) => ({ hour: H(hour), status: 'collected' as const }))),
    records: { vm: [at(0, 4), at(1, 2), at(2, 8)] },
  });
  return { first, second, totals: { rows: 3, weight: String(1800 * (4 + 2 + 8)) } };
}

for (const point of POINTS) {
  test(`killed at ${point}, the service loses nothing and counts nothing twice`, async () => {
    const meter = await makeMeter(database, organisationId);
    const { first, second, totals } = await story(meter);
    const calm = await start();
    assert.equal(await send(calm, meter, first.file), 202);
    await allLoaded();
    await kill(calm);

    const doomed = await start(point);
    const answered = await send(doomed, meter, second.file);
    // Beyond the answer it is a job that meets the point.
    await doomed.ended;
    const acknowledged = answered !== undefined;
    const [known] = await database.query('select 1 from uploads where meter_id = $1 and number = 2', [
      meter.id,
    ]);
    assert.ok(!acknowledged || known, 'an acknowledged package is recorded');

    const healed = await start();
    const again = await send(healed, meter, second.file);
    assert.equal(again, known ? 200 : 202);
    await allLoaded();
    healed.child.send({ ...meter, signer: undefined } as unknown as TestMeter);
    const [said] = (await once(healed.child, 'message')) as [{ totals: unknown; mended: number }];
    assert.deepEqual(said, { totals, mended: 0 });
    await kill(healed);
  });
}
