import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lacking, startVcsim, type Vcsim } from '@meterhouse/meter/peers/vcsim';
import type { CollectOrder, CollectTold } from '../collect/orders.ts';
import { inSeconds, mebibytes, median } from '../figures.ts';
import { residentMemory } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import { type Line, say } from '../table.ts';

const TO_REACH = { ratio: 1.5, memory: 300 * 2 ** 20 };
const MACHINES = 10_000;
const MANY_MACHINES = 50_000;
/** Seconds in which a collector goes on watching before its memory is told. */
const HOLD = 15;
const PROGRAM = fileURLToPath(new URL('../collect/collect-process.ts', import.meta.url));

/** A collection from a simulated vCenter against a client that throws the same answers away, in turns; and its memory. */
export async function measureCollect({ rounds }: BenchOptions): Promise<readonly Line[]> {
  const missing = lacking();
  if (missing !== false) return [{ what: 'collection from a vCenter', measured: `not measured: ${missing}` }];
  return [
    ...(await withVcenter(MACHINES, (vcenter) => measureTime(vcenter, rounds))),
    ...(await withVcenter(MANY_MACHINES, measureMemory)),
  ];
}

async function measureTime(vcenter: Vcsim, rounds: number): Promise<readonly Line[]> {
  const collected: number[] = [];
  const discarded: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await run({ does: 'bare', vcenter });
    const own = await run({ does: 'collect', vcenter });
    if (own.told.machines !== MACHINES) throw new Error(`${own.told.machines} machines were collected.`);
    say(
      `  ${inSeconds(own.told.seconds)} (${own.told.bytes} bytes) against ${inSeconds(bare.told.seconds)} (${bare.told.bytes} bytes)`,
    );
    discarded.push(bare.told.seconds);
    collected.push(own.told.seconds);
  }
  const ratio = median(collected) / median(discarded);
  return [
    {
      what: `collection of ${MACHINES} machines, against fetching and discarding`,
      target: '<= 1.5 x',
      measured: `${ratio.toFixed(2)} x (${inSeconds(median(collected))} against ${inSeconds(median(discarded))})`,
      met: ratio <= TO_REACH.ratio,
    },
  ];
}

async function measureMemory(vcenter: Vcsim): Promise<readonly Line[]> {
  const { told, memory } = await run({ does: 'collect', vcenter, hold: HOLD });
  if (told.machines !== MANY_MACHINES) throw new Error(`${told.machines} machines were collected.`);
  return [
    {
      what: `memory of a collector that watches ${MANY_MACHINES} machines, highest`,
      target: '< 300 MiB',
      measured: `${mebibytes(memory.highest)} (${mebibytes(memory.now)} after ${HOLD} s)`,
      met: memory.highest < TO_REACH.memory,
    },
  ];
}

async function withVcenter<T>(machines: number, measure: (vcenter: Vcsim) => Promise<T>): Promise<T> {
  say(`  a vCenter of ${machines} machines …`);
  const ends: (() => Promise<void>)[] = [];
  try {
    const clusters = 10;
    const vms = machines / clusters;
    return await measure(
      await startVcsim(
        { after: (end) => void ends.push(end) },
        { clusters, hosts: 10, vms, coalesced: true },
      ),
    );
  } finally {
    for (const end of ends) await end();
  }
}

async function run(order: CollectOrder): Promise<{
  readonly told: CollectTold;
  readonly memory: { readonly now: number; readonly highest: number };
}> {
  const { address, port, user, password, fingerprint } = order.vcenter;
  const plain = { ...order, vcenter: { address, port, user, password, fingerprint } };
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(plain)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let told: CollectTold | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told = JSON.parse(line) as CollectTold;
  });
  let memory = { now: 0, highest: 0 };
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    memory = residentMemory(child.pid!) ?? memory;
    await Promise.race([ended, sleep(100)]);
  }
  const status = await ended;
  if (status !== 0 || told === undefined) throw new Error(`A collection ended with status ${status}.`);
  return { told, memory };
}
