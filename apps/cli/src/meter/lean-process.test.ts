import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isMeterRun } from './lean-process.ts';

const MODULE = new URL('lean-process.ts', import.meta.url).href;
/** Tells what became of it, and ends as it was told to. */
const PROGRAM = `import { becomeLean } from '${MODULE}';
const { pid } = process;
becomeLean();
const told = { pid, flags: process.execArgv.filter((flag) => flag.includes('semi')), words: process.argv.slice(2), mark: process.env.MARK };
if (process.send) process.send(told, () => process.disconnect()); else console.log(JSON.stringify(told));
process.exitCode = 3;
`;

test('a run of the meter becomes a process with a bound, once, with its number, words, environment and exit status', async (t) => {
  const program = await programOf(t);
  const env = { ...process.env, MARK: 'ä b', NODE_OPTIONS: '' };
  const run = promisify(execFile)(process.execPath, [program, 'meter', 'run it'], { env });
  const ended = (await run.catch((error: unknown) => error)) as { code: number; stdout: string };
  const told = JSON.parse(ended.stdout) as Record<string, unknown>;
  assert.equal(ended.code, 3);
  assert.deepEqual(told, {
    pid: run.child.pid,
    flags: ['--max-semi-space-size=4'],
    words: ['meter', 'run it'],
    mark: 'ä b',
  });
});

test('a bound that somebody else has set stays, and so does a process that is spoken to', async (t) => {
  const program = await programOf(t);
  const own = ['--max-semi-space-size=16', program];
  const byFlag = await promisify(execFile)(process.execPath, own).catch((error: unknown) => error);
  assert.match((byFlag as { stdout: string }).stdout, /"flags":\["--max-semi-space-size=16"\]/);
  const env = { ...process.env, NODE_OPTIONS: '--max-semi-space-size=16' };
  const byVariable = await promisify(execFile)(process.execPath, [program], { env }).catch(
    (error: unknown) => error,
  );
  assert.match((byVariable as { stdout: string }).stdout, /"flags":\[\]/);
  const [told] = (await once(fork(program, { env: { ...process.env, NODE_OPTIONS: '' } }), 'message')) as [
    { flags: string[] },
  ];
  assert.deepEqual(told.flags, []);
});

test('only a run of the meter is one', () => {
  assert.ok(isMeterRun(['meter', 'run', '--dir', 'x']));
  assert.ok(!isMeterRun(['meter', 'status']));
  assert.ok(!isMeterRun(['serve', '--data', 'run']));
});

async function programOf(t: { after(end: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lean-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'program.mjs');
  await writeFile(program, PROGRAM);
  return program;
}
