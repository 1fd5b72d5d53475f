import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { JOURNAL_CODES, type JournalCode, listJournal, openJournal } from './index.ts';

const START = Date.UTC(2023, 0, 1);

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'journal-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return join(root, 'meter', 'journal');
}

function clock() {
  const time = { ms: START, now: () => time.ms, sleep: async () => {} };
  return time;
}

test('entries come back in order with id, time and the severity of their code, after a restart too', async (t) => {
  const dir = await folder(t);
  const time = clock();
  const heard: string[] = [];
  const journal = await openJournal(dir, { time, onEntry: ({ id, code }) => heard.push(`${id} ${code}`) });
  journal.note({ code: 'meter-started', message: 'Version 1.' });
  journal.note({ code: 'meter-started', message: 'Version 1.' });
  assert.deepEqual(heard, ['1 meter-started'], 'a log is told once');
  time.ms += 1000;
  journal.note({ code: 'product-unreachable', product: 'vc-1', message: 'connection refused' });
  journal.close();
  const again = await openJournal(dir, { time });
  again.note({ code: 'meter-stopped', message: 'Asked to.' });
  assert.deepEqual(
    (await again.list()).map(({ id, time: at, code, severity, product, count }) => [
      id,
      at - START,
      code,
      severity,
      product,
      count,
    ]),
    [
      [1, 0, 'meter-started', 'info', undefined, 2],
      [2, 1000, 'product-unreachable', 'error', 'vc-1', 1],
      [3, 1000, 'meter-stopped', 'info', undefined, 1],
    ],
  );
  again.close();
});

test('filters are by time, code, severity, product, and pages by the id before', async (t) => {
  const dir = await folder(t);
  const time = clock();
  const journal = await openJournal(dir, { time });
  for (let n = 0; n < 10; n += 1) {
    journal.note({
      code: n % 2 ? 'upload-done' : 'clock-skew',
      product: `vc-${n % 3}`,
      message: `number ${n}`,
    });
    time.ms += 60_000;
  }
  const ids = async (filter: Parameters<typeof journal.list>[0]) =>
    (await journal.list(filter)).map(({ id }) => id);
  assert.deepEqual(await ids({ code: 'upload-done' }), [2, 4, 6, 8, 10]);
  assert.deepEqual(await ids({ severity: 'warning' }), [1, 3, 5, 7, 9]);
  assert.deepEqual(await ids({ products: ['vc-1'] }), [2, 5, 8]);
  assert.deepEqual(await ids({ since: START + 420_000 }), [8, 9, 10]);
  assert.deepEqual(await ids({ until: START + 60_000 }), [1, 2]);
  assert.deepEqual(await ids({ limit: 3 }), [8, 9, 10]);
  assert.deepEqual(await ids({ limit: 3, before: 8 }), [5, 6, 7]);
  journal.close();
});

test('what happens again within the hour is counted, not repeated; the count outlives a crash to the half at least', async (t) => {
  const dir = await folder(t);
  const time = clock();
  const journal = await openJournal(dir, { time });
  const refuse = () => journal.note({ code: 'product-unreachable', product: 'vc-1', message: 'refused' });
  for (let n = 0; n < 50; n += 1) {
    refuse();
    time.ms += 60_000;
  }
  journal.note({ code: 'product-unreachable', product: 'vc-2', message: 'refused' });
  const [first, other] = await journal.list();
  assert.deepEqual([first!.count, first!.lastTime - START, other!.count], [50, 49 * 60_000, 1]);
  // As another process, or the next start after a kill, finds it.
  const [onDisk] = await listJournal(dir, {});
  assert.equal(onDisk!.count, 32);
  time.ms = START + 3_600_000;
  refuse();
  assert.deepEqual(
    (await listJournal(dir, {})).map(({ count }) => count),
    [50, 1, 1],
  );
  assert.deepEqual(
    (await journal.list({ since: START + 48 * 60_000 })).map(({ id }) => id),
    [1, 2, 3],
  );
  assert.equal(journal.counts().get('product-unreachable'), 52);
  journal.close();
});

test('a torn last line costs that line alone', async (t) => {
  const dir = await folder(t);
  const journal = await openJournal(dir, { time: clock() });
  journal.note({ code: 'meter-started', message: 'one' });
  journal.note({ code: 'meter-stopped', message: 'two' });
  journal.close();
  const file = join(dir, 'journal.ndjson');
  truncateSync(file, statSync(file).size - 12);
  const again = await openJournal(dir, { time: clock() });
  again.note({ code: 'meter-started', message: 'three' });
  assert.deepEqual(
    (await again.list()).map(({ id, message }) => [id, message]),
    [
      [1, 'one'],
      [2, 'three'],
    ],
  );
  again.close();
});

test('lines that are no entries are passed over', async (t) => {
  const dir = await folder(t);
  const journal = await openJournal(dir, { time: clock() });
  journal.note({ code: 'meter-started', message: 'one' });
  for (const line of [
    'null',
    '[]',
    '{"id":"x"}',
    '{"id":9,"time":1,"code":"never-heard-of","message":"m"}',
    '{}',
    '\u0000\u0000',
  ])
    appendFileSync(join(dir, 'journal.ndjson'), `${line}\n`);
  assert.deepEqual(
    (await journal.list()).map(({ id }) => id),
    [1],
  );
  journal.close();
});

test('the files stay below the limit, the newest entries stay, and only the owner reads them', async (t) => {
  const dir = await folder(t);
  const limit = 30_000;
  const journal = await openJournal(dir, { time: clock(), limit });
  for (let n = 0; n < 2000; n += 1)
    journal.note({ code: 'upload-failed', message: `attempt ${n} ${'x'.repeat(50)}` });
  const files = readdirSync(dir);
  assert.deepEqual(files.sort(), ['journal.1.ndjson', 'journal.2.ndjson', 'journal.ndjson']);
  const sizes = files.map((name) => statSync(join(dir, name)).size);
  assert.ok(sizes.reduce((a, b) => a + b) <= limit, String(sizes));
  for (const name of files) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  const kept = await journal.list();
  assert.equal(kept.at(-1)!.id, 2000);
  assert.ok(kept.length > 100 && kept.every(({ id }, at) => at === 0 || id === kept[at - 1]!.id + 1));
  journal.close();
  const again = await openJournal(dir, { time: clock(), limit });
  again.note({ code: 'meter-started', message: 'x' });
  assert.equal((await again.list({ limit: 1 }))[0]!.id, 2001);
  again.close();
});

test('a note never throws: what cannot be kept is told once until it can be again', async (t) => {
  const told: string[] = [];
  const journal = await openJournal(await folder(t), {
    time: clock(),
    onFault: (message) => told.push(message),
  });
  journal.close();
  journal.note({ code: 'meter-stopped', message: 'after the end' });
  journal.note({ code: 'meter-stopped', message: 'after the end, too' });
  assert.equal(told.length, 1);
  assert.match(told[0]!, /cannot be written: the journal is closed.*after the end/);
});

test('what only a secret looks like, and what a terminal would run, is not kept', async (t) => {
  const dir = await folder(t);
  const journal = await openJournal(dir, { time: clock() });
  journal.note({
    code: 'upload-failed',
    product: 'vc\u001b[31m',
    message: `UMA:c2VjcmV0_-1 Bearer abc.def-ghi https://me:hunter2@host/\n\u001b]0;title\u0007 ${'y'.repeat(5000)}`,
  });
  const text = readFileSync(join(dir, 'journal.ndjson'), 'utf8');
  assert.doesNotMatch(text, /c2VjcmV0|abc\.def|hunter2|\\u001b|\\n/);
  const [entry] = await journal.list();
  assert.ok(entry!.message.length <= 2000);
  journal.close();
});

test('a folder that cannot be made is told at once', async (t) => {
  const dir = await folder(t);
  const blocked = `${dir}-file`;
  await openJournal(dir, { time: clock() }).then((journal) => journal.close());
  writeFileSync(blocked, '');
  await assert.rejects(openJournal(join(blocked, 'journal')), { code: 'ENOTDIR' });
});

test('what was noted just before a kill is there', async (t) => {
  const dir = await folder(t);
  const script = `
    import { openJournal } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
    const journal = await openJournal(${JSON.stringify(dir)});
    for (let n = 0; n < 20; n += 1) journal.note({ code: 'upload-done', message: 'number ' + n });
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(signal, 'SIGKILL');
  assert.equal((await listJournal(dir, {})).length, 20);
});

test('docs/meter/journal.md tells every code, its severity and no other', () => {
  const page = readFileSync(new URL('../../../../docs/meter/journal.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (info|warning|error) \| (.+) \| (.+) \|$/gm)];
  const told = new Map(rows.map(([, code, severity]) => [code!, severity!]));
  assert.equal(told.size, rows.length, 'a code has two rows');
  for (const [code, severity] of Object.entries(JOURNAL_CODES))
    assert.equal(told.get(code), severity, `docs/meter/journal.md has no row for \`${code}\` | ${severity}`);
  for (const code of told.keys())
    assert.ok(JOURNAL_CODES[code as JournalCode], `${code} is in the page only`);
});
