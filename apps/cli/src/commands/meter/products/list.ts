import { Command } from 'commander';
import { PRODUCT_COLUMNS, productItems } from '../../../meter/product-item.ts';
import { type FormOptions, formOf, withForms } from '../../../output/form.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function listCommand(): Command {
  return withForms(withMeter(new Command('list')), PRODUCT_COLUMNS)
    .description(
      `Lists the products of the settings, and how the running meter sees each: starting, reached, unreachable (tried again by
itself), needs-person (the reason says what to do) or paused; stopped while no meter runs.`,
    )
    .addHelpText(
      'after',
      examples(
        'meter products list',
        "meter products list --query '[?state!=`reached`].[name,reason]'",
        'meter products list --csv --columns name,address,user,machines',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions & MeterPlace>(command);
      const form = await formOf(options);
      const { printList } = await import('../../../output/print-list.ts');
      await printList(await productItems(options), PRODUCT_COLUMNS, form, {
        empty: 'No product is metered yet. Add one: meterhouse meter products add --help',
      });
    });
}
