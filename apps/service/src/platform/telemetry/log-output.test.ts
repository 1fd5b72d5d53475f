import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const logger = fileURLToPath(new URL('./logger.ts', import.meta.url));

/** What a process of its own says that logs by `script` and then ends in some way. */
async function linesOf(script: string): Promise<string[]> {
  const program = `const { createLogger } = await import(${JSON.stringify(logger)});
    const log = createLogger('info');
    const request = (number) => log.info({ number }, 'request');
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).number ?? JSON.parse(line).msg);
}
const killed = `process.kill(process.pid, 'SIGKILL');`;
const many = 'for (let number = 0; number < 1000; number += 1) request(number);';
const allOfMany = Array.from({ length: 1000 }, (_, number) => number);

test('no line is lost when the process ends by itself, by exit, or by an exception that nobody caught', async () => {
  assert.deepEqual(await linesOf(many), allOfMany);
  assert.deepEqual(await linesOf(`${many} process.exit(1);`), allOfMany);
  assert.deepEqual(await linesOf(`${many} throw new Error('nobody caught this');`), allOfMany);
});

test('any line but that of a request is written at once, after those that were gathered', async () => {
  assert.deepEqual(await linesOf(`request(1); log.warn('trouble'); ${killed}`), [1, 'trouble']);
  assert.deepEqual(await linesOf(`request(1); log.info('news'); request(2); ${killed}`), [1, 'news']);
});

test('the line of a request waits for a moment and no longer', async () => {
  const soon = 'await new Promise((resolve) => setTimeout(resolve, 2000));';
  assert.deepEqual(await linesOf(`request(1); ${soon} ${killed}`), [1]);
});
