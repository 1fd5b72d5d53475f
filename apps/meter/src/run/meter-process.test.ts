import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { meterOnDisk } from '../spool/testing.ts';
import { readStatusFile } from './status-file.ts';
import { settingsText, until } from './testing.ts';

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** The meter as a process of its own, on products that look every 30 s. */
function startProcess(t: TestContext, dir: string): ChildProcess {
  const script = `
    const { runMeterProcess } = await import(${url('./meter-process.ts')});
    const { ScriptedProduct } = await import(${url('./testing.ts')});
    const { REAL_TIME } = await import(${url('../time/index.ts')});
    await runMeterProcess({
      dir: ${JSON.stringify(dir)},
      settingsPath: ${JSON.stringify(join(dir, 'meter.yaml'))},
      environment: {},
      makeCollector: ({ product }) => new ScriptedProduct(product.name === 'one' ? 10 : 11, REAL_TIME),
      onRunning: async () => {
        // Of no importance to the rest, as a bug in a connection's background would be.
        if (process.env.STUMBLE) Promise.reject(new Error('nobody waits for this'));
      },
    });
    process.exitCode = 17;`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, STUMBLE: '1' },
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

const reached = (dir: string, names: readonly string[]) => async () => {
  const read = await readStatusFile(dir);
  const products = read?.running ? read.snapshot.products : [];
  return names.length === products.length && products.every(({ state }) => state === 'reached');
};

test('SIGHUP reads the settings again, SIGTERM ends in good order, kill -9 leaves nothing that a start does not mend', async (t) => {
  const { dir } = await meterOnDisk(t);
  await writeFile(join(dir, 'meter.yaml'), settingsText(['one']));
  const first = startProcess(t, dir);
  await until('the first run', reached(dir, ['one']));
  await writeFile(join(dir, 'meter.yaml'), settingsText(['one', 'two']));
  first.kill('SIGHUP');
  await until('the second product', reached(dir, ['one', 'two']));
  first.kill('SIGKILL');
  await once(first, 'exit');
  assert.equal((await readStatusFile(dir))!.running, false);

  const second = startProcess(t, dir);
  await until('the second run', reached(dir, ['one', 'two']));
  const journal = await readFile(join(dir, 'journal', 'journal.ndjson'), 'utf8');
  assert.match(journal, /internal-fault.*nobody waits for this/);
  second.kill('SIGTERM');
  const [code] = await once(second, 'exit');
  assert.equal(code, 17, 'it came to its end by itself');
  const read = (await readStatusFile(dir))!;
  assert.deepEqual([read.running, read.snapshot.stopped], [false, true]);
  await assert.rejects(readFile(join(dir, 'run.lock')), { code: 'ENOENT' });
});
