import { Command, InvalidArgumentError } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

const DEFAULT_ROWS = 40;

export function showCommand(): Command {
  return selecting(new Command('show'))
    .description(
      'show a report as a table: the Monthly Usage Report and which hours it misses, unless --type says else',
    )
    .option('--rows <number>', 'show so many rows at most', rowsValue, DEFAULT_ROWS)
    .addHelpText(
      'after',
      examples(
        'reports show --month 2023-01',
        'reports show --month 2023-01 --agent UUID --type HOURLY_USAGE --rows 100',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { server, json, rows, ...selection } = optionsOf<Selection & { rows: number }>(command);
      const type = selection.type ?? 'MONTHLY_USAGE';
      const { serverAddress, signedIn } = await import('../../http/session.ts');
      const { findReports } = await import('../../journey/find-reports.ts');
      const { readReport } = await import('../../journey/read-report.ts');
      const { coverageOf, gapsOf } = await import('../../journey/find-gaps.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = signedIn(serverAddress(server));
      const reports = await findReports(client, { ...selection, type });
      if (reports.length === 0) {
        const { Failure } = await import('../../failure.ts');
        const { EXIT } = await import('../../exit-codes.ts');
        throw new Failure(`There is no ${type} of ${selection.month} here.`, EXIT.notFound, {
          advice: `See what there is: meterhouse reports list --month ${selection.month}`,
        });
      }
      const read = [];
      for (const report of reports) {
        const gaps =
          type === 'MONTHLY_USAGE'
            ? gapsOf(await coverageOf(client, report.agentId, selection.month))
            : undefined;
        read.push({ report, table: await readReport(client, report), gaps });
      }
      if (json) {
        return printJson(
          read.map(({ report, table: { columns, rows: cells }, gaps }) => ({
            agentId: report.agentId,
            reportType: report.reportType,
            ...(gaps && { gaps }),
            rows: cells.map((row) =>
              Object.fromEntries(columns.map((column, index) => [column, row[index]])),
            ),
          })),
        );
      }
      const { heading } = await import('../../terminal/style.ts');
      const { drawReport } = await import('../../terminal/report-table.ts');
      const { screenWidth } = await import('../../terminal/output.ts');
      const { tellGaps } = await import('../../terminal/gap-lines.ts');
      for (const { report, table, gaps } of read) {
        print(heading(`${report.reportType} ${selection.month}, meter ${report.agentId}`));
        print(drawReport(table, { limit: rows, width: screenWidth() }));
        if (gaps !== undefined) for (const line of tellGaps(gaps)) print(line);
        print();
      }
    });
}

function rowsValue(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1) throw new InvalidArgumentError('Write a number from 1.');
  return rows;
}
