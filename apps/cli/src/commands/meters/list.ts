import type { MeterSummary } from '@meterhouse/contract';
import { Command } from 'commander';
import { formOf, type ListOptions, withListForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { METER_COLUMNS } from './columns.ts';

export function listCommand(): Command {
  return withListForms(new Command('list'), METER_COLUMNS, {
    filter: "'label==um46*;state==registered'",
    sort: '-registeredAt',
  })
    .description(
      'Lists the meters of your organisation that are not deleted. Two of them may have the same label; their UUIDs differ.',
    )
    .addHelpText(
      'after',
      examples(
        'meters list',
        "meters list --filter 'meteringMode==PRODUCTION' --sort label",
        'meters list --csv --columns agentId,label,contractNumber',
        "meters list --query '[?!key].agentId'",
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<ListOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { allPages } = await import('../../output/all-pages.ts');
      const { printList } = await import('../../output/print-list.ts');
      const client = await connect(options);
      const { tellOperatorsOwn } = await import('../../journey/tell-operators-own.ts');
      const meters = allPages<MeterSummary>(client, '/api/v1/meters', options);
      await printList(meters, METER_COLUMNS, form, {
        empty: 'No meter is registered. Register one: meterhouse meters register --help',
        onEmpty: () => tellOperatorsOwn(client),
      });
    });
}
