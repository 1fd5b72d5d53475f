import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { Problem } from '@meterhouse/contract';
import { openFileArchive } from './index.ts';
import { faultyArchive } from './testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'meterhouse-archive-'));
after(() => rmSync(directory, { recursive: true }));

let count = 0;
const fresh = () => join(directory, `archive-${++count}`);
const bytes = (text: string) => Buffer.from(text);
const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

test('what is put can be read whole and by range, and has its size', async () => {
  const archive = await openFileArchive(fresh());
  await archive.put('packages/a/1/7.json.gz', bytes('0123456789'));
  assert.equal((await buffer(await archive.read('packages/a/1/7.json.gz'))).toString(), '0123456789');
  assert.equal(
    (await buffer(await archive.read('packages/a/1/7.json.gz', { start: 2, end: 5 }))).toString(),
    '234',
  );
  assert.equal(await archive.size('packages/a/1/7.json.gz'), 10);
  const copy = await archive.localCopy('packages/a/1/7.json.gz');
  assert.equal(readFileSync(copy.path, 'utf8'), '0123456789');
  await copy.release();
});

test('a small file is read in one piece, and only if it has the length that it must have', async () => {
  const archive = await openFileArchive(fresh());
  await archive.put('reports/1', bytes('0123456789'));
  assert.equal((await archive.readWhole('reports/1', 10)).toString(), '0123456789');
  await assert.rejects(archive.readWhole('reports/1', 11), /has not the 11 bytes/);
  await assert.rejects(archive.readWhole('reports/1', 9), /has not the 9 bytes/);
  await archive.put('reports/empty', bytes(''));
  assert.equal((await archive.readWhole('reports/empty', 0)).length, 0);
});

test('the same bytes again are fine, other bytes are refused and the first ones stay', async () => {
  const root = fresh();
  const archive = await openFileArchive(root);
  await archive.put('a/b', bytes('one'));
  await archive.put('a/b', bytes('one'));
  await assert.rejects(archive.put('a/b', bytes('two')), isProblem('archive-conflict'));
  await assert.rejects(archive.put('a/b', bytes('one and more')), isProblem('archive-conflict'));
  assert.equal((await buffer(await archive.read('a/b'))).toString(), 'one');
  assert.deepEqual(readdirSync(join(root, '.incoming')), []);
});

test('of many writers of one key with different bytes one wins and the others are told', async () => {
  const archive = await openFileArchive(fresh());
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => archive.put('a/b', bytes(`writer ${n}`))),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a file that is taken is moved, and one that is taken again with the same bytes is gone too', async () => {
  const archive = await openFileArchive(fresh());
  const source = join(directory, 'source');
  for (let again = 0; again < 2; again += 1) {
    writeFileSync(source, 'usage', { mode: 0o644 });
    const { ino } = statSync(source);
    await archive.take('p/1', source);
    assert.equal(existsSync(source), false);
    const { path } = await archive.localCopy('p/1');
    if (again === 0) assert.equal(statSync(path).ino, ino);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  }
});

test('a file from another file system is copied and the source goes', {
  skip: !existsSync('/dev/shm'),
}, async () => {
  const archive = await openFileArchive(fresh());
  const elsewhere = mkdtempSync('/dev/shm/meterhouse-archive-');
  try {
    writeFileSync(join(elsewhere, 'source'), 'usage');
    await archive.take('p/1', join(elsewhere, 'source'));
    assert.deepEqual(readdirSync(elsewhere), []);
    assert.equal((await buffer(await archive.read('p/1'))).toString(), 'usage');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('keys are listed by prefix in order, and temporary files are not among them', async () => {
  const root = fresh();
  const archive = await openFileArchive(root);
  for (const key of ['p/b/2', 'p/a/1', 'p/a-b/1', 'p/a.b', 'p/ab', 'q/1', 'p/b/10'])
    await archive.put(key, bytes(key));
  writeFileSync(join(root, '.incoming', 'left'), '');
  const list = (prefix: string) => Array.fromAsync(archive.list(prefix));
  assert.deepEqual(await list('p/'), ['p/a-b/1', 'p/a.b', 'p/a/1', 'p/ab', 'p/b/10', 'p/b/2']);
  assert.deepEqual(await list('p/a'), ['p/a-b/1', 'p/a.b', 'p/a/1', 'p/ab']);
  assert.deepEqual(await list('p/b/1'), ['p/b/10']);
  assert.deepEqual(await list('none/'), []);
  assert.equal((await list('')).length, 7);
});

test('what is missing is told as missing, and removing it is no error', async () => {
  const archive = await openFileArchive(fresh());
  await archive.put('a/b', bytes('x'));
  assert.equal(await archive.size('a/c'), undefined);
  assert.equal(await archive.size('a/b/c'), undefined);
  assert.equal(await archive.size('a'), undefined);
  await assert.rejects(archive.read('a/c'), isProblem('archive-missing'));
  await assert.rejects(archive.readWhole('a/c', 1), isProblem('archive-missing'));
  await assert.rejects(archive.localCopy('a/c'), isProblem('archive-missing'));
  await archive.remove('a/b');
  await archive.remove('a/b');
  assert.equal(await archive.size('a/b'), undefined);
});

test('no key leaves the archive or reaches its temporary files', async () => {
  const archive = await openFileArchive(fresh());
  for (const key of [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a//b',
    'a/.',
    '.incoming/x',
    'a/b\0',
    'a b',
    'ä',
    `a/${'x'.repeat(300)}`,
  ]) {
    await assert.rejects(archive.put(key, bytes('x')), /is no archive key/, key);
    await assert.rejects(archive.take(key, '/nowhere'), /is no archive key/, key);
  }
});

test('files that a crash left half written are removed at the start, and nothing else', async () => {
  const root = fresh();
  const archive = await openFileArchive(root);
  await archive.put('a/b', bytes('whole'));
  writeFileSync(join(root, '.incoming', 'half'), 'ha');
  const again = await openFileArchive(root);
  assert.deepEqual(readdirSync(join(root, '.incoming')), []);
  assert.equal(await again.size('a/b'), 5);
});

test('an error leaves neither a key nor a temporary file, and what was to be taken stays where it was', async () => {
  const root = fresh();
  const archive = await openFileArchive(root);
  await archive.put('file', bytes('x'));
  const source = join(directory, 'not taken');
  writeFileSync(source, 'other');
  await assert.rejects(archive.put('file/below', bytes('x')), { code: 'EEXIST' });
  await assert.rejects(archive.take('file/below', source), { code: 'EEXIST' });
  await assert.rejects(archive.take('file', source), isProblem('archive-conflict'));
  await assert.rejects(archive.take('c/d', join(directory, 'no such file')), { code: 'ENOENT' });
  assert.equal(readFileSync(source, 'utf8'), 'other');
  assert.deepEqual(readdirSync(join(root, '.incoming')), []);
  assert.equal(await archive.size('c/d'), undefined);
});

test('it tells how much room there is', async () => {
  const archive = await openFileArchive(fresh());
  assert.ok((await archive.freeBytes()) > 1024 * 1024);
});

test('the faulty archive fails at the chosen call, once, and has then done nothing', async () => {
  const faulty = faultyArchive(await openFileArchive(fresh()));
  faulty.failAt('put', 'ENOSPC', 2);
  await faulty.archive.put('a/1', bytes('x'));
  await assert.rejects(faulty.archive.put('a/2', bytes('x')), { code: 'ENOSPC' });
  assert.equal(await faulty.archive.size('a/2'), undefined);
  await faulty.archive.put('a/2', bytes('x'));
  assert.equal(faulty.calls.put, 3);
  faulty.pretendFree(17);
  assert.equal(await faulty.archive.freeBytes(), 17);
});
