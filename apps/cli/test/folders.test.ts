import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { meterhouse } from './meterhouse.ts';

const TOKEN = { METERHOUSE_TOKEN: 'x', METERHOUSE_SERVER: 'http://127.0.0.1:9' };

/** Command lines that make a folder which a person names. */
const making = (folder: string) => [
  ['reports', 'sync', '--since', '2023-01', '--to', folder],
  ['serve', '--data', folder, '--listen', '127.0.0.1:0'],
  ['meter', 'init', '--dir', folder],
];

async function place(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'folders-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

test('a file where a folder is wanted is named, with what to do', async (t) => {
  const root = await place(t);
  const file = join(root, 'afile');
  await writeFile(file, '');
  for (const words of [...making(file), ...making(join(file, 'sub/deeper'))]) {
    const ran = await meterhouse(words, TOKEN);
    assert.equal(ran.status, 6, words.join(' '));
    assert.equal(
      ran.stderr,
      `error ${file} is a file, not a folder.\n  Name another place, or move the file away.\n`,
    );
  }
});

test('where no folder can be made the commands end and say so', {
  skip: process.platform !== 'linux',
}, async () => {
  for (const words of making('/proc/meterhouse')) {
    const ran = await meterhouse(words, TOKEN);
    assert.equal(ran.status, 6, words.join(' '));
    assert.match(
      ran.stderr,
      /^error The folder \/proc\/meterhouse(\/\.meterhouse)? cannot be made there\.\n/,
    );
  }
});

test('a folder where nothing may be made is told', async (t) => {
  // Of root's own folders none is closed to root, but nobody makes one in /sys.
  const shut = process.getuid?.() === 0 ? '/sys' : join(await place(t), 'shut');
  if (shut !== '/sys') await mkdir(shut, { mode: 0o500 });
  for (const words of making(join(shut, 'new'))) {
    const ran = await meterhouse(words, TOKEN);
    assert.equal(ran.status, 6, words.join(' '));
    assert.match(
      ran.stderr,
      /(shut|sys)\/new(\/\.meterhouse)? cannot be made there\.\n {2}Name another place, or let its owner/,
    );
  }
});
