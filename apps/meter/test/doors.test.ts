/** The package is entered by the rooms that somebody enters, each by itself: a short command loads no more than it needs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = fileURLToPath(new URL('..', import.meta.url));

test('what the package shows is what the command line and the measurements enter, and no more', () => {
  const { exports } = JSON.parse(readFileSync(`${home}/package.json`, 'utf8')) as {
    exports: Record<string, string>;
  };
  const words = ['-rhoE', "'@meterhouse/meter(/[a-z/-]+)?'", '--include=*.ts', 'apps/cli', 'bench'];
  const entered = execFileSync('grep', words, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(1, -1).replace('@meterhouse/meter', '.'));
  assert.deepEqual(Object.keys(exports).sort(), [...new Set(entered)].sort());
  for (const [door, file] of Object.entries(exports)) {
    assert.ok(existsSync(`${home}/${file}`), door);
    assert.match(file, door.startsWith('./peers/') ? /^\.\/test\/peers\// : /^\.\/src\/.+\/index\.ts$/);
  }
});
