import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../src/program.ts';
import { meterhouse } from './meterhouse.ts';

/** Commands that read a meter, whatever is in it. */
const READING =
  /^meter (?:products list|rules (?:list|audit)|privacy show|journal(?! --follow)|status(?! --watch))/;
/** What a shell makes of it cannot be run here. */
const NOT_AS_IT_STANDS = /[<>|]|--dir/;

test('the examples in the help of the meter are commands that it takes', async () => {
  const lines = await examples();
  assert.ok(lines.length > 45, lines.join('\n'));
  for (const line of lines) {
    const program = await createProgram();
    quiet(program);
    const plain = line.replace(/ [<>] .*$/, '').replaceAll('3f9c…', 'ab'.repeat(32));
    program.parse(wordsOf(plain), { from: 'user' });
  }
});

test('those that read run as they stand', async (t) => {
  const dir = await folder(t);
  const made = await meterhouse(['meter', 'init', '--dir', dir]);
  assert.equal(made.status, 0, made.stderr);
  const lines = (await examples()).filter((line) => READING.test(line) && !NOT_AS_IT_STANDS.test(line));
  assert.ok(lines.length >= 12, lines.join('\n'));
  await Promise.all(
    lines.map(async (line) => {
      const ran = await meterhouse(wordsOf(line), { METERHOUSE_METER_DIR: dir });
      // A meter that does not run needs a person.
      assert.equal(ran.status, line.startsWith('meter status') ? 8 : 0, `meterhouse ${line}\n${ran.stderr}`);
    }),
  );
});

test('where the environment says nothing, the meter is the one of the current directory, and making one has to be told', async () => {
  const { stderr, status } = await meterhouse(['meter', 'status']);
  assert.equal(status, 6);
  assert.match(stderr, /\. holds no meter/);
  const init = await meterhouse(['meter', 'init']);
  assert.equal(init.status, 2);
  assert.match(init.stderr, /--dir <dir>/);
});

async function examples(): Promise<string[]> {
  const meter = (await createProgram()).commands.find((command) => command.name() === 'meter')!;
  const of = (command: Command): string[] => {
    let help = '';
    command
      .configureOutput({
        writeOut: (text) => {
          help += text;
        },
      })
      .outputHelp();
    const whole = help.replaceAll(/ \\\n\s+/g, ' ');
    const own = [...whole.matchAll(/^ {2}\$ meterhouse (meter .+)$/gm)].map(([, line]) => line!);
    return [...own, ...command.commands.flatMap(of)];
  };
  return [...new Set(of(meter))];
}

/** As a person's shell takes the quotes off. */
function wordsOf(line: string): string[] {
  const words = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return words.split('\0').slice(0, -1);
}

function quiet(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .action(() => {});
  command.commands.forEach(quiet);
}

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'meter-examples-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return join(root, 'meter');
}
