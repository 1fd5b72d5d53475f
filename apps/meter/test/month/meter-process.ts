/** The meter of the month as a process of its own, so that it can be killed; its clock is moved by whoever started it. */
import { join } from 'node:path';
import { type RunningMeter, runMeter } from '../../src/run/index.ts';
import { InjectedTime } from '../../src/time/testing.ts';

const [dir, start] = process.argv.slice(2) as [string, string];
const time = new InjectedTime(Number(start));
const end = new AbortController();
let meter: RunningMeter | undefined;

process.on('message', async (ask: { advanceTo?: number; wake?: true }) => {
  if (ask.advanceTo !== undefined) await time.advanceTo(ask.advanceTo);
  if (ask.wake) meter!.wakeUploads();
  process.send!(meter!.snapshot());
});
process.on('SIGTERM', () => end.abort());
process.once('disconnect', () => end.abort());

await runMeter({
  dir,
  settingsPath: join(dir, 'meter.yaml'),
  environment: {},
  signal: end.signal,
  time,
  // The machine's clock and the test's have nothing to do with each other, so a jump would be seen all the time.
  monotonic: () => time.now(),
  onRunning: async (running) => {
    meter = running;
    process.send!(running.snapshot());
    return undefined;
  },
});
if (process.connected) process.disconnect();
