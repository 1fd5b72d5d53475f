import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FaultyProxy, startFaultyProxy } from '@meterhouse/meter/peers/faulty-proxy';
import { lacking, startVcsim, type Vcsim } from '@meterhouse/meter/peers/vcsim';
import type { Vcenter } from '../collect/orders.ts';
import { inSeconds, mebibytes, median } from '../figures.ts';
import { type MeterProcess, makeMeter, namesIn, startMeter, waitingOf } from '../meter/meter-process.ts';
import { runProgram } from '../meter/run-program.ts';
import { stormOf, wrongSpans } from '../meter/storm.ts';
import type { BenchOptions } from '../options.ts';
import { processorSeconds } from '../processes.ts';
import { type Line, say } from '../table.ts';

const TO_REACH = { ratio: 1.5, memory: 300 * 2 ** 20, load: 0.02, storm: 60 };
const IDLE_VCENTERS = 10;
const STORM_LANES = 128;
const SETTLING_MS = 10_000;
const HOUR_MS = 3_600_000;
const COLLECT = fileURLToPath(new URL('../collect/collect-process.ts', import.meta.url));
const CLOSE = fileURLToPath(new URL('../meter/close-process.ts', import.meta.url));

/** What is ended when a part is over, the last first. */
class Ends {
  readonly #ends: (() => Promise<void>)[] = [];
  after(end: () => Promise<void>): void {
    this.#ends.unshift(end);
  }
  async end(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

/** The usage meter as the front door runs it, against simulated vCenters. Closed hours of now cannot be waited for: clocks are moved. */
export async function measureMeter(options: BenchOptions): Promise<readonly Line[]> {
  const missing = lacking();
  if (missing !== false) return [{ what: 'the running meter', measured: `not measured: ${missing}` }];
  const { meterVms: vms } = options;
  return [
    ...(await part(async (ends) => {
      const vcenter = await vcenterOf(ends, vms);
      return [...(await measureClosing(ends, vcenter, options)), ...(await measureStorm(ends, vcenter, vms))];
    })),
    ...(await part((ends) => measureMemory(ends, vms * 5))),
    ...(await part((ends) => measureIdle(ends, vms / 10, options.rest))),
  ];
}

async function part(measure: (ends: Ends) => Promise<readonly Line[]>): Promise<readonly Line[]> {
  const ends = new Ends();
  try {
    return await measure(ends);
  } finally {
    await ends.end();
  }
}

/** From request to closed hour, and what a client takes that throws the same answers away, in turns. */
async function measureClosing(
  ends: Ends,
  vcenter: Vcsim,
  { rounds, meterVms }: BenchOptions,
): Promise<readonly Line[]> {
  const plain = plainOf(vcenter);
  const closed: number[] = [];
  const discarded: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await runProgram(COLLECT, [JSON.stringify({ does: 'bare', vcenter: plain })]);
    const own = await runProgram(CLOSE, [JSON.stringify(plain), await folderOf(ends)]);
    if (own.machines !== meterVms) throw new Error(`${own.machines} machines were collected.`);
    say(`  ${inSeconds(own.seconds)} to the closed hour, ${inSeconds(bare.seconds)} to nowhere`);
    discarded.push(bare.seconds);
    closed.push(own.seconds);
  }
  const ratio = median(closed) / median(discarded);
  return [
    {
      what: `${meterVms} machines from request to closed hour on the disk, against fetching and discarding`,
      target: '<= 1.5 x',
      measured: `${ratio.toFixed(2)} x (${inSeconds(median(closed))} against ${inSeconds(median(discarded))})`,
      met: ratio <= TO_REACH.ratio,
    },
  ];
}

/** As many power changes as there are machines, driven within a minute, compared with the closed hour. */
async function measureStorm(ends: Ends, vcenter: Vcsim, changes: number): Promise<readonly Line[]> {
  say('  a storm of power changes …');
  // The hour has half of itself left.
  const meter = await meterOn(ends, vcenter, { packs: false });
  const { machines } = await vcenter.truth();
  const some = machines.slice(0, Math.max(1, Math.floor(machines.length / 5)));
  const began = performance.now();
  await vcenter.drive(stormOf(some, changes), { parallel: STORM_LANES });
  const seconds = (performance.now() - began) / 1000;
  await sleep(SETTLING_MS);
  await meter.endHour();
  const waiting = waitingOf(meter.process.dir, 'vc0');
  const [hour] = await namesIn(waiting);
  const wrong = await wrongSpans(
    join(waiting, hour!, 'vm.ndjson.gz'),
    machines,
    await vcenter.events(),
    meter.aheadAtFirst,
  );
  for (const one of wrong.slice(0, 5)) say(`  ${one}`);
  await meter.process.stop();
  return [
    {
      what: `${changes} power changes in ${inSeconds(seconds)}: machines with a span that is not as it was`,
      target: `0 (changes within ${TO_REACH.storm} s)`,
      measured: `${wrong.length} of ${machines.length}`,
      met: wrong.length === 0 && seconds <= TO_REACH.storm,
    },
  ];
}

/** The whole meter with names hidden, packages and API: an inventory, an hour's end and packing. */
async function measureMemory(ends: Ends, vms: number): Promise<readonly Line[]> {
  const vcenter = await vcenterOf(ends, vms);
  const meter = await meterOn(ends, vcenter, { packs: true });
  const afterInventory = meter.process.memory().highest;
  // The first hour that is closed is packed at once, the next with the hour's packages.
  await meter.endHour();
  await meter.process.until(
    'packed the hour',
    ({ products, upload }) => products[0]?.ledger?.waiting === 0 && upload.lastPackedAt !== undefined,
  );
  await meter.endHour();
  await sleep(SETTLING_MS);
  const { now, highest } = meter.process.memory();
  await meter.process.stop();
  return [
    {
      what: `memory of the whole meter with ${vms} machines, highest: inventory, two hours closed, packed`,
      target: '< 300 MiB',
      measured: `${mebibytes(highest)} (${mebibytes(afterInventory)} after the inventory, ${mebibytes(now)} at last)`,
      met: highest < TO_REACH.memory,
    },
  ];
}

/** Ten vCenters in which nothing happens. */
async function measureIdle(ends: Ends, vms: number, rest: number): Promise<readonly Line[]> {
  say(`  ${IDLE_VCENTERS} vCenters of ${vms} machines …`);
  const vcenters: Vcsim[] = [];
  for (let count = 0; count < IDLE_VCENTERS; count += 1) vcenters.push(await vcenterOf(ends, vms));
  const dir = await folderOf(ends);
  await makeMeter(dir, vcenters);
  const meter = await startMeter(dir);
  ends.after(() => meter.stop());
  await meter.until('read all vCenters', ({ products }) =>
    products.every(({ ledger }) => ledger?.machines === vms),
  );
  await sleep(SETTLING_MS);
  const [used, began] = [processorSeconds(meter.pid), performance.now()];
  await sleep(rest * 1000);
  const load = (processorSeconds(meter.pid) - used) / ((performance.now() - began) / 1000);
  return [
    {
      what: `idle, ${IDLE_VCENTERS} vCenters of ${vms} machines: of one core, over ${rest} s`,
      target: '< 2 %',
      measured: `${(100 * load).toFixed(2)} % (${mebibytes(meter.memory().now)})`,
      met: load < TO_REACH.load,
    },
  ];
}

interface MeterOn {
  readonly process: MeterProcess;
  /** Milliseconds that the vCenter's clock is ahead of this machine's until the first `endHour`. */
  readonly aheadAtFirst: number;
  /** Sets the vCenter's clock an hour on and waits until the hour is closed. */
  endHour(): Promise<void>;
}

/** A meter on a vCenter whose clock stands at half past. */
async function meterOn(ends: Ends, vcenter: Vcsim, options: { readonly packs: boolean }): Promise<MeterOn> {
  const proxy: FaultyProxy = await startFaultyProxy(ends, vcenter);
  // Whole seconds, so that the history's seconds and the meter's are the same.
  const aheadAtFirst =
    Math.round((Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS / 2 - Date.now()) / 1000) * 1000;
  let ahead = aheadAtFirst;
  proxy.clock(ahead / 1000);
  const dir = await folderOf(ends);
  await makeMeter(dir, [{ ...plainOf(vcenter), port: proxy.port, fingerprint: proxy.fingerprint }], options);
  const process = await startMeter(dir);
  ends.after(() => process.stop());
  await process.until('read the inventory', ({ products }) => (products[0]?.ledger?.machines ?? 0) > 0);
  return {
    process,
    aheadAtFirst,
    async endHour() {
      ahead += HOUR_MS;
      proxy.clock(ahead / 1000);
      const kept = process.hoursKept();
      await process.until('closed the hour', () => process.hoursKept() > kept);
    },
  };
}

async function vcenterOf(ends: Ends, machines: number): Promise<Vcsim> {
  if (machines > 1000) say(`  a vCenter of ${machines} machines …`);
  const clusters = machines >= 10 ? 10 : 1;
  return startVcsim(ends, { clusters, hosts: 10, vms: machines / clusters, coalesced: true });
}

async function folderOf(ends: Ends): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-bench-meter-'));
  ends.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

function plainOf({ address, port, user, password, fingerprint }: Vcenter): Vcenter {
  return { address, port, user, password, fingerprint };
}
