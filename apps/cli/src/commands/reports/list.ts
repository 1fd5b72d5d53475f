import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

export function listCommand(): Command {
  return selecting(new Command('list'))
    .description("list a month's reports; their refs download them")
    .addHelpText(
      'after',
      examples('reports list --month 2023-01', 'reports list --month 2023-01 --type MONTHLY_USAGE'),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<Selection>(command);
      const { json, ...selection } = options;
      const { connect } = await import('../../http/connect.ts');
      const { findReports } = await import('../../journey/find-reports.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const reports = await findReports(await connect(options), selection);
      if (json) return printJson(reports);
      const { bytes } = await import('../../terminal/numbers.ts');
      const { table } = await import('../../terminal/table.ts');
      print(
        table(
          ['Meter', 'Report', 'Size', 'MD5', 'Ref'],
          reports.map((report) => [
            report.agentId,
            report.reportType,
            bytes(report.contentLength),
            report.checksum,
            report.ref,
          ]),
          {
            right: ['Size'],
            empty: `There is no report of ${selection.month}: no usage has come for it yet.`,
          },
        ),
      );
    });
}
