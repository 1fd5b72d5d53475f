import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const MEASURES = [
  'collect',
  'meter',
  'replay',
  'ingest',
  'reports',
  'growth',
  'start',
  'memory',
  'http',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface BenchOptions {
  readonly measures: ReadonlySet<Measure>;
  readonly vms: number;
  /** Days of the month that are sent, each a package. */
  readonly days: number;
  readonly rounds: number;
  /** The trace to replay; undefined makes one. */
  readonly trace: string | undefined;
  /** Machines of the meter's vCenter; its memory is measured with five times as many, at rest with ten vCenters of a tenth. */
  readonly meterVms: number;
  /** Seconds without work before memory is called idle. */
  readonly rest: number;
}

/** Real traces are not part of the project; where they are kept beside it, the larger one is taken. */
const TRACE = fileURLToPath(new URL('../../../shared/data/azure-2017-arrivals.csv.gz', import.meta.url));

export const HELP = `Usage: npm run bench [-- MEASURE… --vms N --days N --rounds N --trace FILE --rest SECONDS]

Measures the service as it is run, as a process of its own on a throw-away directory, against the raw engine on the same
data, in turns, and prints one table. Without a name it measures all: ${MEASURES.join(', ')}.

  --vms N        machines of the large month (24000); growth takes an eighth, a quarter, a half and all of it
  --days N       days of the month, one package each (30)
  --rounds N     rounds of which the median is told (3)
  --trace FILE   what is replayed; made up when it is not there
  --rest SECONDS without work before memory is called idle, and over which the meter's load is taken (60)
  --meter-vms N  machines of the meter's vCenter (10000), in hundreds; its memory is measured with five times as many

A quick look: npm run bench -- ingest reports --vms 3000 --days 8
`;

/** @throws Error, in words for a person, for what it does not know */
export function readOptions(flags: readonly string[]): BenchOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...flags],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      vms: { type: 'string', default: '24000' },
      days: { type: 'string', default: '30' },
      rounds: { type: 'string', default: '3' },
      rest: { type: 'string', default: '60' },
      'meter-vms': { type: 'string', default: '10000' },
      trace: { type: 'string', default: TRACE },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !MEASURES.includes(name as Measure));
  if (unknown.length > 0)
    throw new Error(`There is no measure ${unknown.join(', ')}. There are: ${MEASURES.join(', ')}.`);
  return {
    measures: new Set((positionals.length === 0 ? MEASURES : positionals) as readonly Measure[]),
    vms: whole('vms', values.vms, 8, 1_000_000),
    days: whole('days', values.days, 1, 30),
    rounds: whole('rounds', values.rounds, 1, 20),
    rest: whole('rest', values.rest, 0, 3600),
    meterVms: hundreds('meter-vms', values['meter-vms']),
    trace: existsSync(values.trace) ? values.trace : undefined,
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${text}.`);
}

/** Such a number of machines can be shared out evenly. */
function hundreds(name: string, text: string): number {
  const value = whole(name, text, 100, 50_000);
  if (value % 100 !== 0) throw new Error(`--${name} must be a multiple of 100, not ${text}.`);
  return value;
}
