import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { MAIN, meterhouse } from './meterhouse.ts';

/** The commands that the demo printed, each as one line that a shell takes. */
function commandsOf(output: string): string[] {
  const commands: string[] = [];
  for (const line of output.split('\n')) {
    if (line.startsWith('   $ ')) commands.push(line.slice(5));
    else if (commands.at(-1)?.endsWith('\\')) commands.push(`${commands.pop()!.slice(0, -1)}${line.trim()}`);
  }
  return commands;
}

test('the demo stays up, each command that it printed works when pasted, and Ctrl-C removes everything', async (t) => {
  const demo = spawn(process.execPath, [MAIN, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => demo.kill('SIGKILL'));
  const problems = text(demo.stderr);
  let output = '';
  for await (const piece of demo.stdout.setEncoding('utf8')) {
    output += piece;
    if (output.includes('Ctrl-C ends it.')) break;
  }
  assert.match(output, /Ctrl-C ends it\./, output + (demo.exitCode === null ? '' : await problems));
  const root = /lies in (\S+) and/.exec(output)![1]!;
  assert.ok(existsSync(root));

  // A person's machine has curl; one that has none can still run the demo.
  if (spawnSync('curl', ['--version']).status === 0) {
    const commands = commandsOf(output).filter((command) => !command.includes('npm run'));
    assert.ok(commands.length >= 10, commands.join('\n'));
    const script = `set -e\n${commands.map((command) => `${command}\necho`).join('\n')}\n`;
    const pasted = spawnSync('bash', ['-o', 'pipefail', '-c', script], { encoding: 'utf8' });
    assert.equal(pasted.status, 0, pasted.stderr);
    for (const part of [
      '"access_token":"',
      '"contractNumber":"1012345"',
      '"epoch":1',
      '"decision":"accepted"',
      '"MONTHLY_USAGE"',
    ]) {
      assert.ok(pasted.stdout.includes(part), `${part} in\n${pasted.stdout}`);
    }
    assert.match(pasted.stdout, /Product\tUnit of Measure\t/);
  } else {
    t.diagnostic('there is no curl here: the printed commands were not pasted');
  }

  demo.kill('SIGINT');
  const [status] = await once(demo, 'exit');
  assert.equal(status, 0);
  assert.ok(!existsSync(root));
});

test('the demo of a trace ends by itself and says of what it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-trace-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const trace = join(folder, 'trace.csv');
  await writeFile(
    trace,
    'vm,vcpus,memory_mib,powered_on,powered_off\n1,4,8192,2024-02-28T00:00:00Z,2024-02-29T06:30:00Z\n',
  );
  const ran = await meterhouse(['demo', '--once', '--trace', trace]);
  assert.equal(ran.status, 0, ran.stderr);
  // 8 GiB bill half, for 30.5 of 696 hours.
  assert.match(ran.stdout, /vRAM\s+GB\s+0\.175/);
  assert.ok(!existsSync(/lies in (\S+) and/.exec(ran.stdout)![1]!));
});
