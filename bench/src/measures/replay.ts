import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { initMeter, keepActivation } from '@meterhouse/meter/identity';
import { inSeconds, mebibytes, millions, rate } from '../figures.ts';
import { residentMemory } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import { COMMAND_LINE } from '../service/service-process.ts';
import { type Line, say } from '../table.ts';

const SAMPLE_MS = 50;
const TO_REACH = { recordsPerSecond: 300_000, bytes: 500 * 2 ** 20 };

/** `meterhouse meter replay` of a whole trace, as a process of its own: records a second and the memory it takes. */
export async function measureReplay({ trace, vms }: BenchOptions): Promise<readonly Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-bench-replay-'));
  try {
    const meter = await initMeter(join(folder, 'meter'));
    await keepActivation(meter, meter.key, ACTIVATION);
    if (trace === undefined) say('  The trace is not there; one is made up.');
    const path = trace ?? (await makeTrace(join(folder, 'trace.csv'), vms * 10));
    const began = performance.now();
    const { records, highest } = await replay(folder, path);
    const seconds = (performance.now() - began) / 1000;
    const what = `replay of ${trace === undefined ? 'a made-up trace' : basename(trace)}`;
    return [
      {
        what: `${what}, ${millions(records)} records`,
        target: '>= 0.30 M records/s',
        measured: `${rate(records, seconds)} (${inSeconds(seconds)})`,
        met: records / seconds >= TO_REACH.recordsPerSecond,
      },
      {
        what: `${what}, memory`,
        target: '< 500 MiB',
        measured: mebibytes(highest),
        met: highest < TO_REACH.bytes,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a service would have answered; nothing of it is sent anywhere. */
const ACTIVATION = {
  service: 'http://127.0.0.1:8390',
  organisation: '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c001',
  registration: '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c002',
  epoch: 1,
};

async function replay(folder: string, trace: string): Promise<{ records: number; highest: number }> {
  const where = ['--dir', join(folder, 'meter'), '--out', join(folder, 'packages')];
  const child = spawn(
    process.execPath,
    [COMMAND_LINE, 'meter', 'replay', ...where, '--trace', trace, '--month', '2023-01', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let highest = 0;
  const sampling = setInterval(() => {
    highest = Math.max(highest, residentMemory(child.pid!)?.highest ?? 0);
  }, SAMPLE_MS);
  const [told, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  clearInterval(sampling);
  if (status !== 0) throw new Error(`meter replay ended with ${status}`);
  const { days } = JSON.parse(told) as { days: readonly { records?: number }[] };
  return { records: days.reduce((sum, day) => sum + (day.records ?? 0), 0), highest };
}

/** Machines that arrive through three days and stay for hours, as in a public cloud. */
async function makeTrace(path: string, machines: number): Promise<string> {
  const month = Date.UTC(2023, 0, 1) / 1000;
  const moment = (second: number) => new Date((month + second) * 1000).toISOString().replace('.000', '');
  const rows = Array.from({ length: machines }, (_, number) => {
    const on = (number * 7919) % 259_200;
    const off = on + 600 + ((number * 104_729) % 86_400);
    return `vm-${number},customer-${number % 200},${1 << (number % 4)},${1024 << (number % 5)},${moment(on)},${moment(off)}`;
  });
  await writeFile(path, ['vm,customer,vcpus,memory_mib,powered_on,powered_off', ...rows, ''].join('\n'));
  return path;
}
