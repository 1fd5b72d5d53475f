import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { formatInstant, HOUR, instantOf } from '@meterhouse/metering';
import type { ClosedHours } from '../hours/index.ts';
import { keepActivation, makeKey } from '../identity/index.ts';
import { packHours, readStoredHeader, storedPackages } from '../spool/index.ts';
import { closeHour, journalOf, type MeterOnDisk, meterOnDisk, PRODUCT, slicesOf } from '../spool/testing.ts';
import type { Backoff, Time } from '../time/index.ts';
import { PATIENCE, type Patience } from './send-package.ts';
import {
  type FaultyService,
  faultyService,
  halfAnAnswer,
  hangUp,
  passingTime,
  problem,
  silence,
  stall,
} from './testing.ts';
import { createUploader, type Uploader } from './uploader.ts';

const START = instantOf('2023-02-01T00:00:00Z') * 1000;
const SPOOL = { limitBytes: 1e9, warnAt: 0.8, keepDays: 60 };
const UPLOAD = { interval: 3600, jitter: 600 };

interface Running {
  readonly disk: MeterOnDisk;
  readonly journal: ReturnType<typeof journalOf>;
  readonly uploader: Uploader;
  /** Runs until so it is, looked at each time the uploader goes to sleep. */
  runUntil(soItIs: () => boolean): Promise<void>;
}

/** An uploader on a clock that passes by itself. `onPass` as there. */
async function uploaderOn(
  t: TestContext,
  service: string | undefined,
  onPass: (disk: MeterOnDisk, from: number, to: number) => void | Promise<void> = () => undefined,
  { backoff, patience = PATIENCE }: { readonly backoff?: Backoff; readonly patience?: Patience } = {},
): Promise<Running> {
  const disk = await meterOnDisk(t);
  const journal = journalOf();
  let isOver: () => boolean = () => false;
  let end = new AbortController();
  const passing = passingTime(START, (from, to) => onPass(disk, from, to));
  const time: Time = {
    now: passing.now,
    async sleep(milliseconds, signal) {
      if (isOver()) end.abort();
      await passing.sleep(milliseconds, signal);
    },
  };
  const uploader = createUploader({
    dir: disk.dir,
    hours: disk.hours,
    journal,
    time,
    settings: () => ({ service, serviceCaFile: undefined, spool: SPOOL, upload: UPLOAD }),
    patience,
    ...(backoff && { backoff }),
  });
  return {
    disk,
    journal,
    uploader,
    async runUntil(soItIs) {
      isOver = soItIs;
      end = new AbortController();
      await uploader.run(end.signal);
    },
  };
}

const names = async (folder: string) =>
  (await storedPackages(folder)).map(({ epoch, number }) => `${epoch}-${number}`);
const codes = ({ journal }: Running) => journal.entries.map(({ code }) => code);

/** Hours of one month each, so that each becomes a package. */
async function packagesOf(disk: MeterOnDisk, count: number): Promise<void> {
  for (let month = 1; month <= count; month += 1)
    await closeHour(disk.dir, `2022-${String(month).padStart(2, '0')}-01T00:00:00Z`);
}

test('whatever happens to an upload, each package is taken once, in the order of the chain', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url, undefined, { patience: { idle: 1_000, answer: 1_000 } });
  await packagesOf(running.disk, 4);
  service.next(
    hangUp,
    stall,
    silence,
    problem(503, 'unavailable'),
    'taken',
    halfAnAnswer,
    problem(401, 'unauthenticated'),
    'taken',
    problem(429, 'rate-limited', {}, { 'retry-after': '7200' }),
    problem(507, 'storage-low'),
    problem(502, 'a-proxy'),
    problem(503, 'hour-in-future', {}, { 'retry-after': '600' }),
    problem(413, 'body-too-large'),
  );
  await running.runUntil(() => service.taken.length === 4);
  assert.deepEqual(service.taken, ['1-1', '1-2', '1-3', '1-4']);
  assert.deepEqual(await names(running.disk.places.packages), []);
  assert.deepEqual(await names(running.disk.places.sent), ['1-1', '1-2', '1-3', '1-4']);
  assert.deepEqual(running.uploader.status().taken, 4);
  await running.runUntil(() => running.uploader.status().state === 'resting');
  assert.equal(running.uploader.status().spool?.unsent, 0, 'as it is after the last one');
});

test('a Retry-After is kept to, pauses grow, and the journal tells a cause once', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  await packagesOf(running.disk, 1);
  const tries: number[] = [];
  const refuse =
    (fate: ReturnType<typeof problem>) => (request: IncomingMessage, response: ServerResponse) => {
      tries.push(running.uploader.status().lastTriedAt!);
      return fate(request, response);
    };
  service.next(
    ...Array.from({ length: 8 }, () => refuse(problem(503, 'unavailable'))),
    refuse(problem(503, 'engine-busy', {}, { 'retry-after': '5400' })),
  );
  await running.runUntil(() => service.taken.length === 1);
  const pauses = tries.slice(1).map((at, index) => (at - tries[index]!) / 1000);
  pauses.forEach((pause, index) => {
    const bound = Math.min(900, 5 * 2 ** index);
    assert.ok(pause >= bound / 2 && pause <= bound + 1, `pause ${index}: ${pause} s of ${bound}`);
  });
  const last = (running.uploader.status().lastTriedAt! - tries.at(-1)!) / 1000;
  assert.ok(last >= 5400 && last < 6100, `${last}`);
  assert.deepEqual(codes(running), ['upload-failed', 'upload-failed', 'upload-done']);
});

test('a package that is refused is put aside with its faults, and the chain goes on behind it', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  await packagesOf(running.disk, 2);
  const errors = [{ pointer: 'vm/17/vcpus', message: 'must be a whole number' }];
  service.next(
    problem(422, 'package-refused', {
      uploadId: 'an-id',
      faultCodes: ['not-an-integer'],
      detail: 'The package has 1 fault.',
      errors,
    }),
  );
  await running.runUntil(() => service.taken.length === 1);
  assert.deepEqual(await names(running.disk.places.refused), ['1-1']);
  assert.deepEqual(service.taken, ['1-2']);
  const [refused] = await storedPackages(running.disk.places.refused);
  const told = JSON.parse(await readFile(`${refused!.path}.refusal.json`, 'utf8'));
  assert.deepEqual(told.faults, ['vm/17/vcpus: must be a whole number']);
  const entry = running.journal.entries.find(({ code }) => code === 'upload-refused');
  assert.match(entry!.message, /000001.*vm\/17\/vcpus: must be a whole number/);
});

test('bytes that are mangled on the way are sent again, and those on the disk put the package aside', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  await packagesOf(running.disk, 1);
  const mangled = problem(422, 'package-refused', { faultCodes: ['digest-mismatch'] });
  service.next(mangled, mangled);
  await running.runUntil(() => service.taken.length === 1);
  assert.deepEqual(service.taken, ['1-1']);

  const broken = await uploaderOn(t, service.url);
  await packagesOf(broken.disk, 1);
  service.next(async (request, response) => {
    const [stored] = await storedPackages(broken.disk.places.packages);
    const bytes = await readFile(stored!.path);
    bytes[bytes.length - 12]! ^= 0xff;
    await writeFile(stored!.path, bytes);
    await mangled(request, response);
  });
  await broken.runUntil(() => codes(broken).includes('upload-refused'));
  assert.deepEqual(await names(broken.disk.places.refused), ['1-1']);
});

test('a fork stops the sending until a new activation, under which old hours are packed once more', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  const { disk, journal } = running;
  await packagesOf(disk, 2);
  const fork = problem(409, 'chain-fork', { detail: 'In epoch 1 number 1 was taken with another digest.' });
  service.next(fork);
  await running.runUntil(() => running.uploader.status().state === 'stopped');
  assert.match(journal.entries.find(({ code }) => code === 'chain-fork')!.message, /activate it again/);
  assert.deepEqual(await names(disk.places.packages), ['1-1', '1-2']);

  await keepActivation(disk.meter, await makeKey(), { ...disk.meter.activation, epoch: 2 });
  service.next(fork, 'taken');
  await running.runUntil(() => service.taken.length === 2);
  // The second of the old epoch is one that the service takes as it is; the first is signed once more.
  assert.deepEqual(service.taken, ['1-2', '2-1']);
  assert.deepEqual(await names(disk.places.refused), ['1-1']);
  assert.deepEqual(await names(disk.places.packages), []);
});

test('packages of another registration are put aside and not sent', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, undefined);
  const { disk } = running;
  await packagesOf(disk, 1);
  await running.runUntil(() => running.uploader.status().state === 'offline');
  assert.deepEqual(await names(disk.places.packages), ['1-1']);
  const activation = {
    ...disk.meter.activation,
    registration: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e1aff',
    epoch: 2,
  };
  await keepActivation(disk.meter, await makeKey(), activation);
  const next = createUploader({
    dir: disk.dir,
    hours: disk.hours,
    journal: running.journal,
    time: passingTime(START),
    settings: () => ({ service: service.url, serviceCaFile: undefined, spool: SPOOL, upload: UPLOAD }),
  });
  const end = new AbortController();
  const ran = next.run(end.signal);
  while (!codes(running).includes('upload-refused')) await new Promise((resolve) => setTimeout(resolve, 10));
  end.abort();
  await ran;
  assert.deepEqual(service.came, []);
  assert.deepEqual(await names(disk.places.refused), ['1-1']);
});

test('a meter that is deleted keeps its packages and asks a few times a day', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  await packagesOf(running.disk, 1);
  const tries: number[] = [];
  const deleted = problem(409, 'meter-deleted');
  service.next(
    ...Array.from({ length: 3 }, () => (request: IncomingMessage, response: ServerResponse) => {
      tries.push(running.uploader.status().lastTriedAt!);
      return deleted(request, response);
    }),
  );
  await running.runUntil(() => service.taken.length === 1);
  assert.ok(tries[2]! - tries[0]! >= 12 * 3_600_000);
  assert.deepEqual(codes(running), ['upload-failed', 'upload-done']);
});

test('hours wait for an activation, and a product that is listed goes in a package without any', async (t) => {
  const service = await faultyService(t);
  const running = await uploaderOn(t, service.url);
  const { disk, uploader } = running;
  const file = join(disk.dir, 'meter.json');
  const activated = await readFile(file, 'utf8');
  const { agent, key } = JSON.parse(activated);
  await writeFile(file, JSON.stringify({ agent, key }));
  let listed = false;
  void uploader.list([{ month: '2023-02', product: PRODUCT }]).then(() => {
    listed = true;
  });
  await closeHour(disk.dir, '2023-01-31T23:00:00Z');
  await running.runUntil(() => uploader.status().state === 'not-activated');
  assert.equal((await disk.hours.waiting()).length, 1);
  assert.equal(listed, false);
  await writeFile(file, activated);
  await running.runUntil(() => service.taken.length === 2);
  assert.equal(listed, true);
  assert.deepEqual(
    (await readdir(disk.places.sent)).map((name) => name.split('_').slice(3).join('_')).sort(),
    ['000001_2023-01-31T23.gz', '000002_2023-02-01T00.gz'],
  );
});

test('a disk that is full keeps hours unpacked and sends what is packed; packing goes on when there is room', async (t) => {
  const service = await faultyService(t);
  const disk = await meterOnDisk(t);
  const journal = journalOf();
  let full = 3;
  const hours: ClosedHours = {
    async waiting() {
      if (full-- > 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return disk.hours.waiting();
    },
    unreadable: disk.hours.unreadable,
    remove: disk.hours.remove,
  };
  await packagesOf(disk, 1);
  await packHours({ ...disk, folder: disk.places.packages, time: passingTime(START) });
  await closeHour(disk.dir, '2022-02-01T00:00:00Z');
  const end = new AbortController();
  const uploader = createUploader({
    dir: disk.dir,
    hours,
    journal,
    time: passingTime(START, () => {
      if (service.taken.length === 2) end.abort();
    }),
    settings: () => ({ service: service.url, serviceCaFile: undefined, spool: SPOOL, upload: UPLOAD }),
  });
  await uploader.run(end.signal);
  assert.deepEqual(service.taken, ['1-1', '1-2']);
  assert.equal(journal.entries[0]!.code, 'packing-failed');
});

test('forty days without the service lose nothing: hours become packages meanwhile, and all go in order afterwards', async (t) => {
  const first = await faultyService(t);
  const port = Number(new URL(first.url).port);
  await first.close();
  let service: FaultyService | undefined;
  const closed: string[] = [];
  const back = START + 40 * 86_400_000;
  const running = await uploaderOn(
    t,
    first.url,
    async (disk, from, to) => {
      for (let hour = Math.ceil(from / 3_600_000); hour * 3_600_000 < to; hour += 1)
        // Every eighth hour, so that the test is short; still each round has something to pack now and then.
        if (hour % 8 === 0) {
          closed.push(formatInstant(hour * HOUR - HOUR));
          await closeHour(disk.dir, closed.at(-1)!, { machines: 1 });
        }
      if (to >= back && service === undefined) service = await faultyService(t, port);
    },
    { backoff: { first: 5_000, longest: 7_200_000 } },
  );
  await running.runUntil(
    () => (service?.taken.length ?? 0) > 0 && running.uploader.status().state === 'resting',
  );
  const taken = service!.taken;
  assert.ok(taken.length >= 120, `${taken.length} packages`);
  assert.deepEqual(
    taken,
    taken.map((_, index) => `1-${index + 1}`),
  );
  assert.deepEqual(service!.came, taken);
  assert.deepEqual(await names(running.disk.places.packages), []);
  assert.deepEqual(codes(running).filter((code) => code === 'upload-failed').length, 1);
  const sent = await storedPackages(running.disk.places.sent);
  const headers = await Promise.all(sent.map(({ path }) => readStoredHeader(path)));
  assert.deepEqual(
    headers.flatMap(({ header }) => slicesOf(header)),
    closed.slice(0, sent.length).map((hour) => `${PRODUCT.id} ${hour} collected`),
  );
});
