import { spawn } from 'node:child_process';
import { pinnedNode } from './node-24.mjs';
import { setUp } from './setup.mjs';

/**
 * Engine statements and file work wait on libuv's threads; with the default of 4 a few long statements would hold up every
 * read of a file.
 */
const poolThreads = '16';

/**
 * Runs the pinned Node with these arguments and ends with its status. Signals of the terminal reach the child by itself,
 * since it is in the same process group; this process only waits, so that the child can stop in good order.
 */
export async function runPinned(args, env = {}) {
  try {
    setUp();
    process.exitCode = await runNode(args, env);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

export function runNode(args, env = {}) {
  const child = spawn(pinnedNode(), args, {
    stdio: 'inherit',
    env: { UV_THREADPOOL_SIZE: poolThreads, ...process.env, ...env },
  });
  const forward = (signal) => child.kill(signal);
  const wait = () => {};
  process.on('SIGINT', wait);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', forward);
      process.off('SIGHUP', forward);
      resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 2));
    });
  });
}
