import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missingLine, readSteps, tracks } from './guide.ts';
import { walk } from './walk.ts';

/** Every guide goes on where the first one ended, so that one walk of a track follows them all. */
const order = ['first-report', 'monthly-automation', 'offline-meters', 'from-the-vendor'];

/** What the guides themselves ask of the reader's machine. */
const needed = ['bash', 'curl', 'jq', 'openssl'];
const absent = needed.filter((program) => !isThere(program));

test('every guide is followed, and shows each step with curl, the command line and the SDK', () => {
  const written = globSync(fileURLToPath(new URL('../../../../docs/guides/*.md', import.meta.url)));
  assert.deepEqual(written.map((file) => basename(file, '.md')).sort(), [...order].sort());
  for (const guide of order)
    for (const track of tracks) assert.ok(readSteps(guide, track).length > 1, `${guide} ${track}`);
});

test('what a guide shows must come, whole lines in their order', () => {
  const came = 'a  1 2\n│ b │ 3 │\nc';
  assert.equal(missingLine(['a 1 2', 'b 3'], came), undefined);
  assert.equal(missingLine(['a … 2', 'c'], came), undefined);
  assert.equal(missingLine(['b 3', 'a 1 2'], came), 'a 1 2');
  assert.equal(missingLine(['a 1'], came), 'a 1');
});

for (const track of tracks)
  test(
    `the guides, followed to the letter with ${track}, work`,
    { skip: absent.length > 0 && `this machine has no ${absent.join(', ')}`, timeout: 240_000 },
    () => walk(order, track),
  );

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
