/**
 * Ends the process as `kill -9` would, when METERHOUSE_CRASH_AT names this point; `name:3` when it is reached the third time.
 * Tests kill the meter at every step of taking and closing this way; in operation the variable is not set.
 */
const [crashAt, times = '1'] = (process.env.METERHOUSE_CRASH_AT ?? '').split(':');
let left = Number(times);

export function crashPoint(name: string): void {
  if (crashAt !== name) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}
