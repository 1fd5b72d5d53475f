import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { writeDurably } from './write-durably.ts';

suite('a small file written durably', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mh-durably-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('is its owner’s alone, and nothing is left beside it', async () => {
    const path = join(folder, 'token');
    await writeDurably(path, 'one\n');
    assert.equal(readFileSync(path, 'utf8'), 'one\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['token']);
  });

  test('takes the place of the old one, whoever could read that, and of what a killed writer left', async () => {
    const path = join(folder, 'token');
    rmSync(path, { force: true });
    writeFileSync(path, 'old\n', { mode: 0o644 });
    writeFileSync(`${path}.new`, 'half', { mode: 0o644 });
    await writeDurably(path, 'two\n');
    assert.equal(readFileSync(path, 'utf8'), 'two\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['token']);
  });
});
