import type { CarriedPackage } from '@meterhouse/meter/spool';
import { Command } from 'commander';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { type MeterPlace, settingsPathOf, withMeter } from './place.ts';

const COLUMNS: readonly Column<CarriedPackage>[] = [
  { name: 'name', title: 'Package' },
  { name: 'bytes', right: true },
  { name: 'marked', show: (marked) => (marked ? 'now' : 'before') },
];

export function carriedCommand(): Command {
  const command = new Command('carried')
    .summary('marks packages that a person carried as taken by the service')
    .description(
      `Marks packages of an OFFLINE meter as taken by the service, which it cannot know by itself: name the copies that "meterhouse
uploads send" said were taken. They no longer wait, and are removed when spool.keep is over or room is needed, so mark none
that the service has not answered for. Each copy must have the bytes of the package here; if one has not, nothing is marked.

Exit status: 0 done; 6 a file is no package of this meter, or the meter sends its packages itself.`,
    )
    .argument('<files...>', 'the copies that were taken, as meter export wrote them');
  return withForms(withMeter(command), COLUMNS)
    .addHelpText(
      'after',
      examples(
        'meter export --month 2023-01 --out ./packages',
        'uploads send ./packages/* && meterhouse meter carried ./packages/*',
      ),
    )
    .action(async (files: readonly string[], _options: unknown, command: Command) => {
      const options = optionsOf<FormOptions & MeterPlace>(command);
      const form = await formOf(options);
      const { existsSync } = await import('node:fs');
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { readSettings } = await import('@meterhouse/meter/settings');
      const { markCarried } = await import('@meterhouse/meter/spool');
      const { printList } = await import('../../output/print-list.ts');
      const { plural } = await import('../../terminal/numbers.ts');
      const { note } = await import('../../terminal/output.ts');
      await loadMeter(options.dir);
      const path = settingsPathOf(options);
      const { service } = existsSync(path) ? await readSettings(path, process.env) : {};
      if (service !== undefined)
        throw new Failure(
          `This meter sends its packages to ${service} itself, and hears what was taken.`,
          EXIT.input,
          {
            advice:
              'Nothing has to be marked: what was carried as well is answered as known when it is sent.',
          },
        );
      const carried = await markCarried(options.dir, files, Date.now());
      await printList(carried, COLUMNS, form);
      const fresh = carried.filter(({ marked }) => marked).length;
      note(`${plural(fresh, 'package')} marked as taken; ${carried.length - fresh} were before.`);
    });
}
