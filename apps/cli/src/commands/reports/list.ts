import { Command } from 'commander';
import type { FoundReport } from '../../journey/find-reports.ts';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { bytes } from '../../terminal/numbers.ts';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

const COLUMNS: readonly Column<FoundReport>[] = [
  { name: 'agentId', title: 'Meter' },
  { name: 'reportType', title: 'Report' },
  { name: 'contentLength', title: 'Size', show: (value) => bytes(Number(value)), right: true },
  { name: 'checksum', title: 'MD5' },
  { name: 'ref' },
  { name: 'contentType', extra: true },
];

export function listCommand(): Command {
  const command = selecting(new Command('list')).description(
    "Lists a month's reports; their refs download them.",
  );
  return withForms(command, COLUMNS)
    .addHelpText(
      'after',
      examples(
        'reports list --month 2023-01',
        'reports list --month 2023-01 --type MONTHLY_USAGE',
        "reports list --month 2023-01 --query '[].ref'",
      ),
    )
    .action(async (_options: unknown, parsed: Command) => {
      const options = optionsOf<Selection & FormOptions>(parsed);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { findReports } = await import('../../journey/find-reports.ts');
      const { printList } = await import('../../output/print-list.ts');
      const { tellOperatorsOwn } = await import('../../journey/tell-operators-own.ts');
      const client = await connect(options);
      const reports = await findReports(client, options);
      await printList(reports, COLUMNS, form, {
        empty: `There is no report of ${options.month}: no usage has come for it yet.`,
        onEmpty: () => tellOperatorsOwn(client),
      });
    });
}
