import type { QuotaUses } from '@meterhouse/contract';
import { Command } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { COLUMNS } from './columns.ts';

export function listCommand(): Command {
  return withForms(new Command('list'), COLUMNS)
    .description('Lists each quota, what is used of it, and when it begins anew.')
    .addHelpText('after', examples('quotas list', "quotas list --query '[?used==limit].quota'"))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printList } = await import('../../output/print-list.ts');
      const { items } = await (await connect(options)).json<QuotaUses>('/api/v1/quotas');
      await printList(items, COLUMNS, form);
    });
}
