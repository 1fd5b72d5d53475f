import type { KeptEntry } from '@meterhouse/meter/journal';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { type MeterPlace, withMeter } from './place.ts';

const SEVERITIES = ['info', 'warning', 'error'] as const;

interface JournalOptions extends FormOptions, MeterPlace {
  readonly follow?: boolean;
  readonly since?: number;
  readonly severity?: (typeof SEVERITIES)[number];
  readonly product?: string;
  readonly limit: number;
}

const instant = (value: unknown) => new Date(value as number).toISOString();
const COLUMNS: readonly Column<KeptEntry>[] = [
  { name: 'time', of: ({ time }) => instant(time) },
  { name: 'severity' },
  { name: 'code' },
  { name: 'product' },
  { name: 'count', right: true, show: (count) => (count === 1 ? '' : `${count} times`) },
  { name: 'message' },
  { name: 'lastTime', of: ({ lastTime }) => instant(lastTime), extra: true },
  { name: 'id', right: true, extra: true },
];

export function journalCommand(): Command {
  const command = new Command('journal')
    .description(
      `Shows what people should know of a meter: products that cannot be reached, certificates to accept, uploads that fail. The
newest entries come last; what happens again within an hour is counted. docs/meter/journal.md tells what each code means
and what to do.`,
    )
    .option('--follow', 'go on with what happens from now on, until Ctrl-C; with --json a line each')
    .option('--since <when>', 'not older: 2h, 3d, 2023-01-09, 2023-01-09T02:00:00Z', sinceValue)
    .addOption(new Option('--severity <least>', 'so grave at least').choices(SEVERITIES))
    .option('--product <name>', 'of this product alone')
    .option('--limit <number>', 'the newest so many, 10,000 at most', limitValue, 100);
  return withForms(withMeter(command), COLUMNS)
    .addHelpText(
      'after',
      examples(
        'meter journal --severity warning --since 1d',
        'meter journal --follow',
        "meter journal --query '[?code==`upload-refused`].message'",
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<JournalOptions>(command);
      const form = await formOf(options);
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { listMeterJournal, followMeterJournal } = await import('../../meter/read-journal.ts');
      await loadMeter(options.dir);
      const { dir, follow, limit, since, severity, product } = options;
      const wanted = { limit, since, product, severities: SEVERITIES.slice(severityIndex(severity)) };
      if (follow) return followMeterJournal(dir, wanted, options.json === true);
      const { printList } = await import('../../output/print-list.ts');
      await printList(await listMeterJournal(dir, wanted), COLUMNS, form, { empty: 'Nothing.' });
    });
}

const severityIndex = (severity: JournalOptions['severity']) =>
  severity === undefined ? 0 : SEVERITIES.indexOf(severity);

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since the epoch. */
function sinceValue(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return Date.now() - Number(amount) * UNITS[unit!]!;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('Write a time back, such as 2h or 3d, or an instant, such as 2023-01-09.');
  return at;
}

function limitValue(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 10_000)
    throw new InvalidArgumentError('Write a number from 1 to 10000.');
  return Number(text);
}
