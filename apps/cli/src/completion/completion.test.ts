import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** zsh completes on a terminal only, so of its script the form is checked; fish completes a line that it is given. */
const runs = {
  zsh: { flags: ['-n', 'script'], offers: /^$/ },
  fish: {
    flags: ['-c', "source script; complete -C 'meterhouse meters '"],
    offers: /^delete\tDeletes a meter$/m,
  },
} as const;
for (const shell of ['zsh', 'fish'] as const) {
  test(`${shell} takes the script`, async (t) => {
    const script = completionOf(shell, await createProgram());
    if (spawnSync(shell, ['--version']).status !== 0) return t.skip(`there is no ${shell} here`);
    const { flags, offers } = runs[shell];
    const folder = mkdtempSync(join(tmpdir(), 'meterhouse-completion-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'script'), script);
    const ran = spawnSync(shell, [...flags], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      encoding: 'utf8',
    });
    assert.equal(ran.stderr, '');
    assert.match(ran.stdout, offers);
  });
}
