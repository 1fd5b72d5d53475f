import type { ExportedPackage } from '@meterhouse/meter/spool';
import { Command } from 'commander';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { monthValue } from '../values.ts';
import { type MeterPlace, withMeter } from './place.ts';

interface ExportOptions extends FormOptions, MeterPlace {
  readonly month: string;
  readonly out: string;
}

const COLUMNS: readonly Column<ExportedPackage>[] = [
  { name: 'name', title: 'Package' },
  { name: 'month' },
  { name: 'hours', right: true },
  { name: 'bytes', right: true },
  { name: 'sent', title: 'Taken', show: (sent) => (sent ? 'yes' : '') },
  { name: 'sha256', extra: true },
  { name: 'path', extra: true },
  { name: 'copied', extra: true },
];

export function exportCommand(): Command {
  const command = new Command('export')
    .summary('copies the packages of a month into a folder, to be carried')
    .description(
      `Copies the packages of a month into a folder, to be carried: hours that wait are packed first, and packages with hours of up to
two days before and after the month come along, since an hour may be told late. The same bytes as a meter with a network
sends; again into the same folder it copies what is new. "meterhouse uploads send" takes them anywhere.

Exit status: 0 done; 3 there is nothing of that month; 6 the folder holds another file of that name, or the meter is not activated.`,
    )
    .requiredOption('--month <month>', 'such as 2023-01', monthValue)
    .requiredOption('--out <dir>', 'the folder');
  return withForms(withMeter(command), COLUMNS)
    .addHelpText(
      'after',
      examples('meter export --month 2023-01 --out ./packages', 'uploads send ./packages/*'),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<ExportOptions>(command);
      const form = await formOf(options);
      const { join } = await import('node:path');
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { closedHours } = await import('@meterhouse/meter/hours');
      const { exportMonth } = await import('@meterhouse/meter/spool');
      const { REAL_TIME } = await import('@meterhouse/meter/time');
      const { printList } = await import('../../output/print-list.ts');
      const { note } = await import('../../terminal/output.ts');
      const { plural } = await import('../../terminal/numbers.ts');
      const { dir, month, out } = options;
      const hours = closedHours(join(dir, 'hours'));
      const exported = await exportMonth({ dir, month, out, hours, time: REAL_TIME });
      if (exported.length === 0)
        throw new Failure(`There is no hour of ${month} and no package of it.`, EXIT.notFound);
      await printList(exported, COLUMNS, form);
      const fresh = exported.filter(({ copied }) => copied).length;
      note(
        `${plural(exported.length, 'package')} in ${out}, ${fresh} of them new. Next: meterhouse uploads send ${join(out, '*')}`,
      );
    });
}
