import type { MeterKeyItem, MeterKeyList } from '@meterhouse/contract';
import { Command } from 'commander';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

const COLUMNS: readonly Column<MeterKeyItem>[] = [
  { name: 'kid', title: 'Key' },
  { name: 'epoch', right: true },
  { name: 'packages', right: true },
  { name: 'boundAt', title: 'Bound' },
  { name: 'supersededAt', title: 'Superseded' },
  { name: 'compromisedAt', title: 'Compromised' },
];

export function keysCommand(): Command {
  return withForms(new Command('keys'), COLUMNS)
    .description(
      'Lists the keys that a meter signs and signed with, the newest first. A superseded one still proves the packages of its epoch.',
    )
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText('after', examples('meters keys 88531d1c-296e-4b47-8431-c0e8182148e7'))
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printList } = await import('../../output/print-list.ts');
      const { items } = await (await connect(options)).json<MeterKeyList>(`/api/v1/meters/${agent}/keys`);
      await printList(items, COLUMNS, form, {
        empty: 'The meter has no key yet. Bind one: meterhouse meters activation-token --help',
      });
    });
}
