import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { initMeter, keepActivation } from '@meterhouse/meter/identity';
import { type MeterSnapshot, readStatusFile } from '@meterhouse/meter/run';
import { openSecrets } from '@meterhouse/meter/secrets';
import { type MeterFile, writeSettings } from '@meterhouse/meter/settings';
import type { Vcenter } from '../collect/orders.ts';
import { residentMemory } from '../memory.ts';

/** A meter of a throw-away directory, run by the front door as a process of its own. */
export interface MeterProcess {
  readonly dir: string;
  readonly pid: number;
  /** Waits until its status says so. @throws Error after a while, or when it ended */
  until(what: string, holds: (status: MeterSnapshot) => boolean): Promise<MeterSnapshot>;
  /** Hours that it has told to be closed and kept. */
  hoursKept(): number;
  /** Bytes. The highest since the last time that somebody asked, sampled, and the highest of all. */
  memory(): { readonly now: number; readonly highest: number };
  stop(): Promise<void>;
}

/** Where closed hours of a product wait for a package. */
export const waitingOf = (dir: string, product: string): string => join(dir, 'hours', product, 'waiting');

const COMMAND_LINE = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
const LOOK_MS = 100;
const PATIENCE_MS = 180_000;

/** Makes a meter that carries its packages itself: `packs` says whether it may make any. */
export async function makeMeter(
  dir: string,
  vcenters: readonly Vcenter[],
  { packs = true, ...settings }: Partial<MeterFile> & { readonly packs?: boolean } = {},
): Promise<void> {
  const made = await initMeter(dir);
  if (packs)
    await keepActivation(made, made.key, {
      service: 'bench',
      organisation: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e0001',
      registration: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e0002',
      epoch: 1,
    });
  const { products } = await writeSettings(join(dir, 'meter.yaml'), {
    products: vcenters.map(({ address, port, user, fingerprint }, index) => ({
      name: `vc${index}`,
      address,
      port,
      user,
      fingerprint,
    })),
    api: { listen: '127.0.0.1:0' },
    ...settings,
  });
  const secrets = await openSecrets(dir, {});
  for (const [index, product] of products.entries())
    await secrets.setPassword(product, vcenters[index]!.password);
}

export async function startMeter(dir: string, nodeFlags: readonly string[] = []): Promise<MeterProcess> {
  await mkdir(join(dir, 'cache'), { recursive: true });
  const child: ChildProcess = spawn(
    process.execPath,
    [...nodeFlags, COMMAND_LINE, 'meter', 'run', '--dir', dir],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        XDG_CACHE_HOME: join(dir, 'cache'),
        ...JSON.parse(process.env.PENV ?? '{}'),
      },
    },
  );
  const log = createWriteStream(join(dir, 'meter.log'), { flags: 'a' });
  let hoursKept = 0;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.includes('"code":"hour-kept"')) hoursKept += 1;
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let over = false;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    over = true;
  });
  const pid = child.pid!;
  return {
    dir,
    pid,
    async until(what, holds) {
      for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(LOOK_MS)) {
        if (over) throw new Error(`The meter ended before ${what}; see ${dir}/meter.log`);
        const status = (await readStatusFile(dir))?.snapshot;
        if (status !== undefined && status.pid === pid && holds(status)) return status;
      }
      throw new Error(`The meter took too long to ${what}; see ${dir}/meter.log`);
    },
    hoursKept: () => hoursKept,
    memory: () => residentMemory(pid) ?? { now: 0, highest: 0 },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      log.end();
    },
  };
}

/** Names of closed hours that wait, or of packages. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
