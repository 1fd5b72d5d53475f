import { setTimeout as sleep } from 'node:timers/promises';
import { inSeconds, median, millions, timed } from '../figures.ts';
import { processorSecondsOfTree } from '../processes.ts';
import type { Cost } from '../raw/raw-engine.ts';
import { type BenchMeter, MONTH, removePackages } from '../service/bench-meter.ts';
import type { Stand } from '../stand.ts';
import { type Line, say } from '../table.ts';

const TO_REACH = { ratio: 1.5, seconds: 15 };

/** Lets a history be renewed as soon as something came; a pause of minutes is right for a service, not for measuring. */
export const RENEW_AT_ONCE = ['--report-renewal-interval', '1s'] as const;
/** A renewal is not older than the interval. */
const PAUSE_MS = 1_200;

/**
 * All five reports of the large month by the service, from a load until they are listed (rendered, packed, archived, synced),
 * against the same statements to nowhere on a copy of its tables; in turns.
 */
export async function measureReports(stand: Stand): Promise<readonly Line[]> {
  const { vms, rounds } = stand.options;
  const meter = await stand.meter(vms);
  const raw = await stand.rawEngine('copy');
  const meterId = await raw.largestMeter();
  const measured: { service: Cost; raw: Cost }[] = [];
  // The first round fills caches on both sides.
  for (let round = 0; round <= rounds; round += 1) {
    const done = {
      service: await renewOnce(stand, meter),
      raw: await raw.reports(meterId, MONTH.name),
    };
    say(`  reports, round ${round}: service ${told(done.service)}, raw ${told(done.raw)}`);
    if (round > 0) measured.push(done);
  }
  await raw.stop();
  const seconds = median(measured.map(({ service }) => service.seconds));
  const ratio = median(measured.map((one) => one.service.seconds / one.raw.seconds));
  const rawSeconds = median(measured.map((one) => one.raw.seconds));
  return [
    {
      what: `five reports of ${vms} VMs x ${stand.options.days} days (${millions(meter.records())} records, sent as packages)`,
      target: '< 15 s',
      measured: `${inSeconds(seconds)}, ${median(measured.map(({ service }) => service.processorSeconds)).toFixed(1)} CPU s`,
      met: seconds < TO_REACH.seconds,
    },
    {
      what: 'five reports: to the same statements to nowhere',
      target: '<= 1.5',
      measured: `${ratio.toFixed(2)} (raw ${inSeconds(rawSeconds)}, ${median(measured.map((one) => one.raw.processorSeconds)).toFixed(1)} CPU s)`,
      met: ratio <= TO_REACH.ratio,
    },
  ];
}

/** Sends a package of one machine and waits until the reports that tell of it are listed; the time is counted from its load. */
export async function renewOnce(stand: Stand, meter: BenchMeter): Promise<Cost> {
  await sleep(PAUSE_MS);
  const tick = await meter.writeTick();
  const before = await meter.reports();
  await meter.deliver([tick]);
  const { pid } = stand.service();
  const spent = processorSecondsOfTree(pid);
  const { seconds } = await timed(() => meter.renewed(before));
  const processorSeconds = processorSecondsOfTree(pid) - spent;
  await removePackages([tick]);
  return { seconds, processorSeconds };
}

const told = ({ seconds, processorSeconds }: Cost) =>
  `${inSeconds(seconds)} (${processorSeconds.toFixed(1)} CPU s)`;
