import type { Rule } from '@meterhouse/meter/customers';
import { Command } from 'commander';
import { settingsOf } from '../../../meter/change-meter.ts';
import type { Column } from '../../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../../output/form.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

const COLUMNS: readonly Column<Rule>[] = [
  { name: 'id', title: 'Rule', right: true },
  { name: 'name', title: 'Customer' },
  { name: 'productId', title: 'Product' },
  { name: 'targetType' },
  { name: 'targetId', title: 'Target' },
  { name: 'source' },
  { name: 'productType', extra: true },
];

export function listCommand(): Command {
  return withForms(withMeter(new Command('list')), COLUMNS)
    .description(
      `Lists the rules that say whose usage it is: those of meter.yaml, then those that were fetched from the service. At one and
the same target the upper one wins.`,
    )
    .addHelpText(
      'after',
      examples('meter rules list', "meter rules list --query '[?source==`settings`].[id,name]'"),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions & MeterPlace>(command);
      const form = await formOf(options);
      const { printList } = await import('../../../output/print-list.ts');
      const { rulesOf } = await import('../../../meter/rules-of.ts');
      await printList(await rulesOf(options.dir, await settingsOf(options)), COLUMNS, form, {
        empty: 'There is no rule. Add one: meterhouse meter rules add --help',
      });
    });
}
