/**
 * Ends the process as `kill -9` would, when METERHOUSE_CRASH_AT names this point. The tests kill the service at every step
 * of an upload and of a report this way; in operation the variable is not set and this is one comparison.
 */
const crashAt = process.env.METERHOUSE_CRASH_AT;

export function crashPoint(name: string): void {
  if (crashAt === name) process.kill(process.pid, 'SIGKILL');
}
