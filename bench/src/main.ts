/** `npm run bench`: measures the service as it is run, and the raw engine beside it, and prints one table. */
import { timed } from './figures.ts';
import { hardware } from './hardware.ts';
import { measureCollect } from './measures/collect.ts';
import { measureCommandLine } from './measures/command-line.ts';
import { finishMonth, growMonths, measureGrowth } from './measures/growth.ts';
import { measureHttp, NO_LIMITS } from './measures/http.ts';
import { daysForIngest, measureIngest } from './measures/ingest.ts';
import { highestMemory, measureIdle } from './measures/memory.ts';
import { measureMeter } from './measures/meter.ts';
import { measureReplay } from './measures/replay.ts';
import { measureReports, RENEW_AT_ONCE } from './measures/reports.ts';
import { measureStart } from './measures/start.ts';
import { type BenchOptions, HELP, type Measure, readOptions } from './options.ts';
import { openStand, type Stand } from './stand.ts';
import { type Line, printTable, say } from './table.ts';

async function main(flags: readonly string[]): Promise<void> {
  const options = readOptions(flags);
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  if (options.measures.has('ingest') && options.days < daysForIngest(options))
    throw new Error(`Ingest of ${options.rounds} rounds needs --days ${daysForIngest(options)} at least.`);
  const { result, seconds } = await timed(() => measureAll(options));
  process.stdout.write(`\nMeterhouse on ${hardware()}\n\n`);
  printTable(result);
  process.stdout.write(`\n${options.rounds} rounds each, medians; ${(seconds / 60).toFixed(1)} minutes.\n`);
}

/** Measures that need no service. */
const WITHOUT_SERVICE: ReadonlySet<Measure> = new Set(['replay', 'collect', 'meter']);

async function measureAll(options: BenchOptions): Promise<readonly Line[]> {
  const lines: Line[] = [];
  if (options.measures.has('replay')) {
    say('Replaying a trace');
    lines.push(...(await measureReplay(options)));
  }
  if (options.measures.has('collect')) {
    say('Collecting from a vCenter');
    lines.push(...(await measureCollect(options)));
  }
  if (options.measures.has('meter')) {
    say('A running meter');
    lines.push(...(await measureMeter(options)));
  }
  if ([...options.measures].every((measure) => WITHOUT_SERVICE.has(measure))) return lines;
  say('Starting the service');
  const stand = await openStand(options);
  try {
    lines.push(...(await measureService(stand)));
  } catch (error) {
    say(`The end of the service's log:\n${await stand.endOfLog()}`);
    throw error;
  } finally {
    await stand.close();
  }
  return lines;
}

/** One life of a service: packages in, at rest, started again, reports out, at rest. */
async function measureService(stand: Stand): Promise<readonly Line[]> {
  const { measures, vms } = stand.options;
  const asks = (...some: readonly Measure[]) => some.some((measure) => measures.has(measure));
  const lines: Line[] = [];
  if (asks('memory')) lines.push(...(await measureIdle(stand, 'fresh')));
  if (asks('ingest')) {
    say('Ingest');
    lines.push(...(await measureIngest(stand)));
  }
  let days: ReadonlyMap<number, number> = new Map();
  if (asks('growth')) {
    say('The months of growth');
    days = await growMonths(stand);
  } else if (asks('reports', 'start', 'memory')) {
    say('The large month');
    await finishMonth(stand, vms);
  }
  if (asks('memory')) lines.push(...(await measureIdle(stand, 'ingest')));
  if (asks('start')) {
    say('Starts');
    lines.push(...(await measureStart(stand, RENEW_AT_ONCE)));
  } else if (asks('reports', 'growth')) await stand.restart(RENEW_AT_ONCE);
  if (asks('reports')) {
    say('Reports of the large month');
    lines.push(...(await measureReports(stand)));
  }
  if (asks('growth')) {
    say('Reports of the months of growth');
    lines.push(...(await measureGrowth(stand, days)));
  }
  if (asks('reports') && asks('memory')) lines.push(...(await measureIdle(stand, 'reports')));
  if (asks('http')) {
    say('Calls of scripts');
    await stand.restart(NO_LIMITS);
    lines.push(...(await measureHttp(stand)), ...(await measureCommandLine(stand)));
  }
  lines.push(highestMemory(stand));
  return lines;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
