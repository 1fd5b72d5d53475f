import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type MeterPlace, withMeter } from './place.ts';

export function deanonymiseCommand(): Command {
  const command = new Command('deanonymise')
    .description(
      `Gives a report its names back: any report, as TSV, CSV, JSON or Parquet, packed or not, told by its content. The file with names
has the same form and is readable by you alone. The names never leave this machine: they are kept in the folder names of the meter's
directory.`,
    )
    .argument('<report>', 'the report as it was downloaded')
    .option('--out <file>', 'where it goes; otherwise beside the report, with .with-names in its name');
  return withMeter(command)
    .addHelpText(
      'after',
      examples(
        'meter deanonymise VM_HISTORY_2023-01.tsv.gz',
        'meter deanonymise report.parquet --out report-with-names.parquet',
      ),
    )
    .action(async (report: string, _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { out?: string }>(command);
      const { resolve } = await import('node:path');
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { allNames, deanonymise } = await import('@meterhouse/meter/privacy');
      const { note, print, printJson } = await import('../../terminal/output.ts');
      const { plural } = await import('../../terminal/numbers.ts');
      const { dir, json, out = besideOf(report) } = options;
      if (resolve(out) === resolve(report))
        throw new Failure('The report itself is not overwritten.', EXIT.usage, {
          advice: 'Name another file with --out.',
        });
      await loadMeter(dir);
      const { form, ...counts } = await deanonymise(report, out, await allNames(dir));
      if (json) return printJson({ out, form, ...counts });
      print(out);
      note(`${plural(counts.replaced, 'cell')} got a name back.`);
      if (counts.unknown > 0)
        note(
          `${plural(counts.unknown, 'cell')} with a name that this meter does not know: another meter or another key hid it.`,
        );
    });
}

/** `report.tsv.gz` → `report.with-names.tsv.gz` */
function besideOf(report: string): string {
  const slash = report.lastIndexOf('/') + 1;
  const [name = '', ...endings] = report.slice(slash).split(/(?=\.(?:tsv|csv|json|parquet|gz)\b)/);
  return `${report.slice(0, slash)}${name}.with-names${endings.join('')}`;
}
