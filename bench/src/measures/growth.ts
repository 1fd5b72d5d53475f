import { median, timed } from '../figures.ts';
import { removePackages } from '../service/bench-meter.ts';
import type { Stand } from '../stand.ts';
import { type Line, say } from '../table.ts';
import { renewOnce } from './reports.ts';

/** Beyond a million rows a history is renewed every ten minutes only, so no renewal runs beside what is measured then. */
const UNDISTURBED_RECORDS = 1_100_000;
const MEASURED_DAYS = 4;
/** How much more one machine may take in the largest month than in the smallest: what rounds differ by here. */
const TOLERANCE = 1.1;

export function sizes({ vms }: { vms: number }): readonly number[] {
  return [vms / 8, vms / 4, vms / 2, vms].map(Math.round);
}

/** Milliseconds of a day's package for each size, one package at a time until it is loaded. The months are whole then. */
export async function growMonths(stand: Stand): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for (const vms of sizes(stand.options)) {
    const meter = await stand.meter(vms);
    const deliver = async () => {
      const packages = await meter.write(1);
      const { seconds } = await timed(() => meter.deliver(packages));
      await removePackages(packages);
      return seconds * 1000;
    };
    while (meter.daysLeft() > MEASURED_DAYS && meter.records() < UNDISTURBED_RECORDS) await deliver();
    await stand.settle();
    const times: number[] = [];
    while (meter.daysLeft() > 0 && times.length < MEASURED_DAYS) times.push(await deliver());
    if (times.length > 0) found.set(vms, median(times));
    say(`  growth, ${vms} VMs: ${times.map((time) => time.toFixed(0)).join(', ')} ms a day`);
    await finishMonth(stand, vms);
  }
  return found;
}

/** Sends what is left of a month. */
export async function finishMonth(stand: Stand, vms: number): Promise<void> {
  const meter = await stand.meter(vms);
  while (meter.daysLeft() > 0) {
    const packages = await meter.write(2);
    await meter.deliver(packages);
    await removePackages(packages);
  }
}

/** The reports of the months, and the lines of both. */
export async function measureGrowth(
  stand: Stand,
  daysByVms: ReadonlyMap<number, number>,
): Promise<readonly Line[]> {
  const { rounds } = stand.options;
  const months = new Map<number, number>();
  for (const vms of sizes(stand.options)) {
    const meter = await stand.meter(vms);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      times.push((await renewOnce(stand, meter)).seconds * 1000);
    months.set(vms, median(times));
    say(`  growth, ${vms} VMs: ${times.map((time) => time.toFixed(0)).join(', ')} ms for the reports`);
  }
  return [lineOf('ingest of a day', daysByVms), lineOf('reports of a month', months)];
}

function lineOf(what: string, milliseconds: ReadonlyMap<number, number>): Line {
  const each = [...milliseconds].map(([vms, time]) => ({ vms, microseconds: (time * 1000) / vms }));
  const smallest = Math.min(...each.slice(0, -1).map(({ microseconds }) => microseconds));
  return {
    what: `growth, ${what}, ${each.map(({ vms }) => vms).join(' / ')} VMs`,
    target: 'does not grow',
    measured: `${each.map(({ microseconds }) => microseconds.toFixed(0)).join(' / ')} µs a VM`,
    met: each.length > 1 && each.at(-1)!.microseconds <= smallest * TOLERANCE,
  };
}
