import { HOUR } from '@meterhouse/metering';
import { clockText } from './clock-text.ts';
import { DAY, type Host, type Machine, type Stretch, type UsageDay } from './day.ts';
import type { RunningTally } from './running-tally.ts';

/** Characters of a chunk, about: large enough that handing it on costs nothing, small enough to stay in the cache. */
const CHUNK = 65_536;

/**
 * The `vm` records of a day as NDJSON, machine by machine and in each by time, so that neighbours differ in their times
 * only and compress well. What is constant over a stretch is rendered once for all its lines. The tally learns what ran
 * where; it is complete when the last chunk has been taken.
 */
export function* vmLines(day: UsageDay, tally: RunningTally): Generator<string, void, undefined> {
  const text = clockText(day.start);
  let lines = '';
  let machineNumber = 0;
  for (const machine of day.machines()) {
    for (const stretch of machine.stretches) {
      const from = Math.max(stretch.from, day.start);
      const to = Math.min(stretch.to, day.start + DAY);
      if (from >= to) continue;
      const host = day.hosts[stretch.host]!;
      const product = day.products[host.product]!;
      const head = `{"product":"${product.id}","hour":"`;
      const middle = beforeTimes(machine, host);
      const tail = afterTimes(machine, stretch, host);
      const lastHour = Math.floor((to - 1 - day.start) / HOUR);
      for (let hour = Math.floor((from - day.start) / HOUR); hour <= lastHour; hour += 1) {
        const listed = product.hours[hour];
        if (listed === undefined) continue;
        for (const seen of listed.covered) {
          const started = Math.max(from, seen.from);
          const ended = Math.min(to, seen.to);
          if (started >= ended) continue;
          lines += `${head}${listed.listed.hour}${middle}${text(started)}","ended":"${text(ended)}${tail}`;
          if (stretch.power === 'on') tally.add(stretch.host, hour, machineNumber);
        }
      }
      if (lines.length >= CHUNK) {
        yield lines;
        lines = '';
      }
    }
    machineNumber += 1;
  }
  if (lines !== '') yield lines;
}

function beforeTimes(machine: Machine, host: Host): string {
  return `","vm":"${machine.id}","name":${JSON.stringify(machine.name)},"host":${JSON.stringify(host.name)},"cluster":${JSON.stringify(host.cluster)},"started":"`;
}

function afterTimes(machine: Machine, stretch: Stretch, { license }: Host): string {
  return `","power":"${stretch.power}","vcpus":${stretch.vcpus},"memoryMib":${stretch.memoryMib},"reservationMib":${stretch.reservationMib},"storageMib":${machine.storageMib},"license":${JSON.stringify(license.key)},"licenseCategory":"${license.category}","edition":${JSON.stringify(license.edition)},"customer":${JSON.stringify(machine.customer)},"services":${JSON.stringify(machine.services)}}\n`;
}
