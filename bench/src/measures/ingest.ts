import { inSeconds, median, rate, timed } from '../figures.ts';
import { processorSecondsOfTree } from '../processes.ts';
import type { RawForm } from '../raw/orders.ts';
import type { Cost, RawEngine } from '../raw/raw-engine.ts';
import { type BenchMeter, type Package, removePackages } from '../service/bench-meter.ts';
import type { Stand } from '../stand.ts';
import { type Line, say } from '../table.ts';

/** Packages of a meter that are sent before anything is measured: caches fill, and the history is beyond quick renewal. */
const WARM_UP = 2;
const MOST_PACKAGES_A_ROUND = 3;
const TO_REACH = { ratio: 0.8, recordsPerSecond: 500_000 };
const FORMS: readonly RawForm[] = ['strings', 'one-thread', 'table'];

interface Round {
  readonly records: number;
  readonly service: Cost;
  readonly raw: Readonly<Record<RawForm, Cost>>;
}

/** Days of the month that both measurements need of their first meter. */
export function daysForIngest({ rounds }: { rounds: number }): number {
  return WARM_UP + 2 * rounds;
}

/**
 * Packages over HTTP, from the first byte until all are loaded, against the engine's own load of the same members; by one
 * connection, and by two at once. In turns: a round of the service, a round of the raw engine on the same packages.
 */
export async function measureIngest(stand: Stand): Promise<readonly Line[]> {
  const { vms, rounds, days } = stand.options;
  const most = Math.floor((days - WARM_UP) / (2 * rounds));
  const each = Math.min(MOST_PACKAGES_A_ROUND, most);
  const raw = await stand.rawEngine('empty');
  const first = await stand.meter(vms);
  const second = await stand.meter(vms, '-second');
  const lines: Line[] = [];
  for (const meters of [[first], [first, second]]) {
    const fresh = meters.at(-1)!;
    await measureRound(stand, [fresh], WARM_UP, raw);
    await stand.settle();
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const done = await measureRound(stand, meters, each, raw);
      say(`  ingest, ${meters.length} connection(s), round ${round + 1}: ${told(done)}`);
      measured.push(done);
    }
    lines.push(...linesOf(measured, meters.length, `${meters.length * each} packages of ${vms} VMs x 24 h`));
  }
  await raw.stop();
  return lines;
}

async function measureRound(
  stand: Stand,
  meters: readonly BenchMeter[],
  each: number,
  raw: RawEngine,
): Promise<Round> {
  const packages: (readonly Package[])[] = [];
  for (const meter of meters) packages.push(await meter.write(each));
  const all = packages.flat();
  const { pid } = stand.service();
  const before = processorSecondsOfTree(pid);
  const { seconds } = await timed(() => Promise.all(meters.map((meter, n) => meter.deliver(packages[n]!))));
  const service = { seconds, processorSeconds: processorSecondsOfTree(pid) - before };
  const costs: Partial<Record<RawForm, Cost>> = {};
  const paths = all.map(({ path }) => path);
  for (const form of FORMS) costs[form] = await raw.load(paths, form, meters.length);
  await removePackages(all);
  return {
    records: all.reduce((sum, { records }) => sum + records, 0),
    service,
    raw: costs as Record<RawForm, Cost>,
  };
}

function linesOf(rounds: readonly Round[], connections: number, size: string): readonly Line[] {
  const name = `ingest, ${connections === 1 ? 'one connection' : 'two connections'}`;
  const speed = (of: (round: Round) => Cost) =>
    median(rounds.map((round) => round.records / of(round).seconds));
  const processor = (of: (round: Round) => Cost) =>
    median(rounds.map((round) => (of(round).processorSeconds * 1e6) / round.records));
  const reached = speed(({ service }) => service);
  const plain = FORMS.filter((form) => form !== 'table').toSorted(
    (a, b) => speed(({ raw }) => raw[b]) - speed(({ raw }) => raw[a]),
  )[0]!;
  const ratio = median(rounds.map(({ service, raw }) => raw[plain].seconds / service.seconds));
  const toTable = median(rounds.map(({ service, raw }) => raw.table.seconds / service.seconds));
  const perMillion = (of: (round: Round) => Cost) => `${processor(of).toFixed(2)} CPU s a million`;
  return [
    {
      what: `${name}: ${size}`,
      target: '>= 0.50 M records/s',
      measured: `${rate(reached, 1)}, ${perMillion(({ service }) => service)}`,
      met: reached >= TO_REACH.recordsPerSecond,
    },
    {
      what: `${name}: to the engine's own load, read as strings`,
      target: '>= 0.8',
      measured: `${ratio.toFixed(2)} (raw ${rate(
        speed(({ raw }) => raw[plain]),
        1,
      )}, ${perMillion(({ raw }) => raw[plain])})`,
      met: ratio >= TO_REACH.ratio,
    },
    {
      what: `${name}: to its load straight into the table's types`,
      measured: `${toTable.toFixed(2)} (raw ${rate(
        speed(({ raw }) => raw.table),
        1,
      )}, ${perMillion(({ raw }) => raw.table)})`,
    },
  ];
}

function told({ records, service, raw }: Round): string {
  const one = (name: string, { seconds, processorSeconds }: Cost) =>
    `${name} ${inSeconds(seconds)} (${processorSeconds.toFixed(2)} CPU s, ${rate(records, seconds)})`;
  return [one('service', service), ...FORMS.map((form) => one(form, raw[form]))].join(', ');
}
