import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createProgram } from '../program.ts';
import { completionOf } from './completion.ts';

/** What a real bash offers at the end of these words. */
function offered(script: string, ...words: readonly string[]): string[] {
  const line = `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_meterhouse; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stderr, '');
  return ran.stdout.split('\n').filter((word) => word !== '');
}

test('bash completes commands, options, choices and files, wherever options stand', async () => {
  const script = completionOf('bash', await createProgram());
  assert.deepEqual(offered(script, 'meterhouse', 'met'), ['meters', 'meter']);
  assert.deepEqual(offered(script, 'meterhouse', '--server', 'x', 'contracts', 'c'), ['create', 'change']);
  assert.deepEqual(offered(script, 'meterhouse', 'contracts', 'create', '--rule-set', ''), [
    'flex',
    'cores',
    'plain',
  ]);
  assert.deepEqual(offered(script, 'meterhouse', 'meters', 'list', '--li'), ['--limit']);
  assert.deepEqual(offered(script, 'meterhouse', 'meters', 'list', '--pro'), ['--profile']);
  assert.deepEqual(offered(script, 'meterhouse', 'completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(
    offered(script, 'meterhouse', 'meters', 'list', '--label', ''),
    offered(script, 'meterhouse', 'meters', 'list', ''),
  );
  assert.deepEqual(
    offered(script, 'meterhouse', 'token', '--ca-file', '/etc/host').includes('/etc/hosts'),
    true,
  );
});

for (const [shell, check] of [
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const) {
  test(`${shell} takes the script`, async (t) => {
    const script = completionOf(shell, await createProgram());
    assert.match(script, /contracts/);
    if (spawnSync(shell, ['--version']).status !== 0) return t.skip(`there is no ${shell} here`);
    const ran = spawnSync(shell, [...check], { input: script, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  });
}
