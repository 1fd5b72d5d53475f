import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolder } from './make-folder.ts';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'make-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

test('a folder and those above it are made, each with the mode; one that is there stays', async (t) => {
  const root = await folder(t);
  await makeFolder(join(root, 'a/b/c'), 0o700);
  for (const made of ['a', 'a/b', 'a/b/c']) assert.equal((await stat(join(root, made))).mode & 0o777, 0o700);
  await writeFile(join(root, 'a/b/c/kept'), '');
  await makeFolder(`${join(root, 'a/b/c')}/`);
  await makeFolder('.');
  await makeFolder('/');
  await stat(join(root, 'a/b/c/kept'));
});

test('a link to a folder is one; many may make the same at once', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'real'));
  await symlink(join(root, 'real'), join(root, 'link'));
  await makeFolder(join(root, 'link'));
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(root, 'link/x/y/z'))));
  assert.ok((await stat(join(root, 'real/x/y/z'))).isDirectory());
});

test('a file in the way, and a place that takes no folder, are said at once', async (t) => {
  const root = await folder(t);
  await writeFile(join(root, 'afile'), '');
  await assert.rejects(makeFolder(join(root, 'afile')), { code: 'EEXIST' });
  await assert.rejects(makeFolder(join(root, 'afile/x/y')), { code: 'ENOTDIR' });
});

test('below /proc it ends, where recursive mkdir does not', {
  skip: process.platform !== 'linux',
}, async () => {
  await assert.rejects(makeFolder('/proc/meterhouse/x'), { code: 'ENOENT', path: '/proc/meterhouse' });
});
