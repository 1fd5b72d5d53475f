import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RENDITIONS, REPORT_MEDIA_TYPE } from '@meterhouse/contract';
import { MAIN, meterhouse } from '../../../test/meterhouse.ts';
import { FORMS, type Form } from './folder-names.ts';
import { type CountingService, countingService } from './testing-service.ts';

const A = '88531d1c-296e-4b47-8431-c0e8182148e7';
const B = 'a1531d1c-296e-4b47-8431-c0e8182148e7';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sync-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return join(root, 'reports');
}

const words = (to: string, ...more: string[]) => [
  'reports',
  'sync',
  '--since',
  '2023-01',
  '--until',
  '2023-03',
  '--to',
  to,
  ...more,
];
const sync = (service: CountingService, to: string, ...more: string[]) =>
  meterhouse(words(to, ...more), service.environment);

/** Everything in the folder but its state. */
async function files(to: string): Promise<string[]> {
  const all = await readdir(to, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.meterhouse'))
    .map((entry) => join(entry.parentPath, entry.name).slice(to.length + 1))
    .sort();
}

const long = (kilobytes: number) => randomBytes(kilobytes * 512).toString('hex');

test('all months and meters come into folders that a person can read, once', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  service.label(A, 'um east');
  const entries = [
    service.put('2023-01', A, 'MONTHLY_USAGE', 'one'),
    service.put('2023-01', B, 'VM_HISTORY', 'two'),
    service.put('2023-03', A, 'MONTHLY_USAGE', 'three'),
  ];
  const first = await sync(service, to);
  assert.deepEqual(
    [first.status, first.stdout, first.stderr],
    [0, '3 new, 0 renewed, 0 unchanged, 0 failed\n', ''],
  );
  assert.deepEqual(await files(to), [
    `2023-01/${B}/Virtual_Machine_History.tsv.gz`,
    `2023-01/um-east_${A}/Monthly_Usage.tsv.gz`,
    `2023-03/um-east_${A}/Monthly_Usage.tsv.gz`,
  ]);
  assert.deepEqual(
    await readFile(join(to, `2023-03/um-east_${A}/Monthly_Usage.tsv.gz`)),
    service.bytesOf(entries[2]!.ref),
  );
  assert.equal((await sync(service, to)).stdout, '0 new, 0 renewed, 3 unchanged, 0 failed\n');
  assert.equal((await sync(service, to, '--verify', '--quiet')).stdout, '');
  for (const { ref, contentLength } of entries) assert.equal(service.sent.get(ref), contentLength);
});

test('a renewed report takes the place of the one before, which --keep leaves beside it', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const path = join(to, `2023-01/${A}/Monthly_Usage.tsv.gz`);
  service.put('2023-01', A, 'MONTHLY_USAGE', 'first');
  await sync(service, to);
  const second = service.put('2023-01', A, 'MONTHLY_USAGE', 'second');
  assert.match((await sync(service, to)).stdout, /^0 new, 1 renewed, 0 unchanged/);
  assert.deepEqual(await readFile(path), service.bytesOf(second.ref));
  assert.equal((await files(to)).length, 1);
  const third = service.put('2023-01', A, 'MONTHLY_USAGE', 'third');
  await sync(service, to, '--keep');
  const [now, before] = await files(to);
  assert.deepEqual(await readFile(join(to, now!)), service.bytesOf(third.ref));
  assert.match(before!, /Monthly_Usage\.tsv\.gz~\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/);
  assert.deepEqual(await readFile(join(to, before!)), service.bytesOf(second.ref));
  // The same figures under a new ref: nothing to fetch.
  const same = service.put('2023-01', A, 'MONTHLY_USAGE', 'third');
  assert.match((await sync(service, to)).stdout, /^0 new, 0 renewed, 1 unchanged/);
  assert.equal(service.sent.get(same.ref), undefined);
});

test('what was damaged or removed here is fetched again; damage that keeps length and time needs --verify', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref } = service.put('2023-01', A, 'MONTHLY_USAGE', long(2));
  const path = join(to, `2023-01/${A}/Monthly_Usage.tsv.gz`);
  await sync(service, to);
  await appendFile(path, 'x');
  assert.match((await sync(service, to)).stdout, /1 restored/);
  await rm(path);
  assert.match((await sync(service, to)).stdout, /1 restored/);
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  bytes[700]! ^= 1;
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
  const kept = JSON.parse(
    (await readFile(join(to, '.meterhouse/index.jsonl'), 'utf8')).trim().split('\n').at(-1)!,
  ) as { mtime: number };
  await utimes(path, kept.mtime / 1000, kept.mtime / 1000);
  assert.match((await sync(service, to, '--verify')).stdout, /1 restored/);
  assert.deepEqual(await readFile(path), service.bytesOf(ref));
});

test('a folder without its index, or copied without its times, is recognised and not fetched again', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref, contentLength } = service.put('2023-01', A, 'MONTHLY_USAGE', 'one');
  await sync(service, to);
  await rm(join(to, '.meterhouse'), { recursive: true });
  assert.match((await sync(service, to)).stdout, /1 unchanged/);
  await utimes(join(to, `2023-01/${A}/Monthly_Usage.tsv.gz`), 1, 1);
  assert.match((await sync(service, to)).stdout, /1 unchanged/);
  // A last line that was cut, and one that leads out of the folder.
  const line = (await readFile(join(to, '.meterhouse/index.jsonl'), 'utf8')).split('\n')[0]!;
  await appendFile(
    join(to, '.meterhouse/index.jsonl'),
    `${line.replace(/"path":"[^"]+"/, '"path":"../../x/y"')}\n${line.slice(0, 40)}`,
  );
  assert.match((await sync(service, to)).stdout, /1 unchanged/);
  assert.equal(service.sent.get(ref), contentLength);
});

test('no label leads out of the folder, and a renamed meter keeps the folder of its month', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const labels = [
    '../../x',
    '/etc/passwd',
    'a\u0000b\u001b[2J',
    '..',
    'C:\\x',
    '.hidden',
    'größe 1',
    '数'.repeat(80),
  ];
  for (const [index, label] of labels.entries()) {
    const agent = `${index}${A.slice(1)}`;
    service.label(agent, label);
    service.put('2023-01', agent, 'MONTHLY_USAGE', label);
  }
  assert.equal((await sync(service, to)).status, 0);
  assert.deepEqual(await readdir(join(to, '..')), ['reports']);
  assert.deepEqual(
    (await readdir(join(to, '2023-01'))).map((name) => name.replace(/_?\w{8}-[\w-]{27}$/, '')).sort(),
    ['', 'C-x', 'a-b-2J', 'etc-passwd', 'größe-1', 'hidden', 'x', '数'.repeat(60)].sort(),
  );
  service.label(`0${A.slice(1)}`, 'renamed');
  assert.match((await sync(service, to)).stdout, /8 unchanged/);
});

test('a listing with a meter that is no UUID, or a type that is no name, makes no file', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  service.put('2023-01', '../../x', 'MONTHLY_USAGE', 'x');
  service.put('2023-02', A, '../../x', 'x');
  service.put('2023-03', A, 'MONTHLY_USAGE', 'x');
  const ran = await sync(service, to);
  assert.equal(ran.status, 9);
  assert.match(ran.stderr, /2023-01: The listing holds what is no report/);
  assert.equal(ran.stdout, '1 new, 0 renewed, 0 unchanged, 2 failed\n');
  assert.deepEqual(await files(to), [`2023-03/${A}/Monthly_Usage.tsv.gz`]);
});

for (const form of ['tsv', 'csv']) {
  test(`killed at any moment and run again, no report comes again as ${form} and no name holds half a file`, async (t) => {
    const service = await countingService(t);
    const to = await folder(t);
    const entries = ['2023-01', '2023-02', '2023-03'].flatMap((month) =>
      [A, B].flatMap((agent) =>
        ['MONTHLY_USAGE', 'VM_HISTORY'].map((type) => service.put(month, agent, type, long(40))),
      ),
    );
    service.pace = 3;
    const total = () => [...service.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    const all = entries.reduce((sum, { contentLength }) => sum + contentLength, 0);
    let kills = 0;
    /** What had been sent of a report when its file was first there. */
    const whole = new Map<string, number>();
    for (const share of [0.08, 0.2, 0.3, 0.45, 0.5, 0.6, 0.75, 0.9]) {
      const child = spawn(process.execPath, [MAIN, ...words(to, '--as', form)], {
        env: { PATH: process.env.PATH, ...service.environment },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      while (total() < share * all && child.exitCode === null) await sleep(1);
      if (child.exitCode === null) kills += 1;
      child.kill('SIGKILL');
      await ended;
      for (const path of await files(to)) {
        const bytes = await readFile(join(to, path));
        const entry = entries.find(({ ref }) => bytes.equals(service.bytesOf(ref)));
        assert.ok(entry, `${path} is half`);
        if (!whole.has(entry.ref)) whole.set(entry.ref, service.sent.get(entry.ref)!);
      }
    }
    assert.ok(kills >= 6, String(kills));
    service.pace = 0;
    const last = await sync(service, to, '--as', form);
    assert.equal(last.status, 0, last.stderr);
    assert.equal((await files(to)).length, entries.length);
    assert.deepEqual(await readdir(join(to, '.meterhouse/partial')), []);
    // What was in the wires when a process died was never with us; what had come whole is not sent again.
    assert.ok(whole.size > 0);
    for (const [ref, sent] of whole) assert.equal(service.sent.get(ref), sent);
    assert.ok(total() - all < kills * 4 * (all / entries.length), `${total()} of ${all}`);
  });
}

test('killed between the index and the name, the next run gives the file its name and fetches nothing', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref, contentLength } = service.put('2023-01', A, 'MONTHLY_USAGE', 'one');
  const partial = join(to, '.meterhouse/partial');
  // What it would be called while it comes: stop a run there to learn it.
  service.pace = 3;
  await sync(service, to);
  const path = join(to, `2023-01/${A}/Monthly_Usage.tsv.gz`);
  const { createHash } = await import('node:crypto');
  const part = `${createHash('sha256').update(ref).digest('hex').slice(0, 32)}.tsv`;
  await rename(path, join(partial, part));
  assert.match((await sync(service, to)).stdout, /1 new/);
  assert.deepEqual(await readFile(path), service.bytesOf(ref));
  // Whole and checked, but killed before its line: the same.
  await rename(path, join(partial, part));
  await writeFile(join(to, '.meterhouse/index.jsonl'), '');
  assert.match((await sync(service, to)).stdout, /1 new/);
  assert.equal(service.sent.get(ref), contentLength);
});

test('a part that is not what the service has is thrown away and fetched once from its beginning', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref, contentLength } = service.put('2023-01', A, 'MONTHLY_USAGE', long(4));
  await sync(service, to);
  const { createHash } = await import('node:crypto');
  const part = `${createHash('sha256').update(ref).digest('hex').slice(0, 32)}.tsv`;
  await rm(join(to, '2023-01'), { recursive: true });
  await writeFile(join(to, '.meterhouse/index.jsonl'), '');
  await writeFile(join(to, '.meterhouse/partial', part), Buffer.alloc(1000));
  service.sent.clear();
  assert.match((await sync(service, to)).stdout, /1 new/);
  assert.equal(service.sent.get(ref), contentLength - 1000 + contentLength);
});

test('of two at once the second ends with a clear line; a dead one is no hindrance', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  service.put('2023-01', A, 'MONTHLY_USAGE', long(60));
  service.pace = 10;
  const first = spawn(process.execPath, [MAIN, ...words(to)], {
    env: { PATH: process.env.PATH, ...service.environment },
    stdio: 'ignore',
  });
  const ended = once(first, 'exit');
  while (service.sent.size === 0) await sleep(2);
  const second = await sync(service, to);
  assert.equal(second.status, 10);
  assert.match(second.stderr, new RegExp(`Another sync is at work in .*: process ${first.pid} on `));
  first.kill('SIGKILL');
  await ended;
  service.pace = 0;
  const third = await sync(service, to);
  assert.equal(third.status, 0, third.stderr);
  assert.deepEqual((await readdir(join(to, '.meterhouse'))).sort(), ['index.jsonl', 'partial']);
});

test('Retry-After is waited for; what fails stays failed alone, and the status says so', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  service.put('2023-01', A, 'MONTHLY_USAGE', 'one');
  const gone = service.put('2023-02', A, 'MONTHLY_USAGE', 'two');
  service.fail('reports/2023/01', 1, (response) => response.writeHead(503, { 'retry-after': '1' }).end('{}'));
  service.fail(gone.ref, 1, (response) => response.writeHead(410).end('{"detail":"gone"}'));
  const began = Date.now();
  const ran = await sync(service, to);
  assert.ok(Date.now() - began >= 1000);
  assert.equal(ran.status, 9);
  assert.equal(ran.stdout, '1 new, 0 renewed, 0 unchanged, 1 failed\n');
  assert.match(ran.stderr, /2023-02.*Monthly_Usage\.tsv\.gz: gone \(410\)/);
  assert.match((await sync(service, to)).stdout, /^1 new, 0 renewed, 1 unchanged, 0 failed/);
});

test('bytes that are not those of the listing never get the name', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref, contentLength } = service.put('2023-01', A, 'MONTHLY_USAGE', 'one');
  service.fail(ref, 1, (response) => response.writeHead(200).end(Buffer.alloc(contentLength)));
  const ran = await sync(service, to);
  assert.equal(ran.status, 7);
  assert.match(ran.stderr, /is not what was announced/);
  assert.deepEqual(await files(to), []);
});

test('another form that is not what its answer announced never gets the name', async (t) => {
  const service = await countingService(t);
  const to = await folder(t);
  const { ref } = service.put('2023-01', A, 'MONTHLY_USAGE', 'one');
  const digest = `sha-256=:${Buffer.alloc(32).toString('base64')}:`;
  service.fail(ref, 1, (response) => response.writeHead(200, { 'repr-digest': digest }).end('csv'));
  const ran = await sync(service, to, '--as', 'csv');
  assert.equal(ran.status, 7);
  assert.match(ran.stderr, /is not what was announced: SHA-256/);
  assert.deepEqual(await files(to), []);
});

test('the forms of reports are those that the service has', () => {
  for (const [form, { mediaType, ending }] of Object.entries(RENDITIONS)) {
    assert.deepEqual(FORMS[form as Form], { accept: mediaType, ending: `.${ending}` });
  }
  assert.equal(FORMS.tsv.accept, REPORT_MEDIA_TYPE);
});

test('--since after --until is wrong usage', async (t) => {
  const service = await countingService(t);
  const ran = await meterhouse(
    ['reports', 'sync', '--since', '2023-04', '--until', '2023-03', '--to', await folder(t)],
    service.environment,
  );
  assert.equal(ran.status, 2);
});
