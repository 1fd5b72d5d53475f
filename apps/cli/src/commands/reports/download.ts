import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

export function downloadCommand(): Command {
  return selecting(new Command('download'))
    .description("download a month's reports, each checked against its checksum")
    .option('--out <dir>', 'the folder they go to', '.')
    .addHelpText(
      'after',
      examples(
        'reports download --month 2023-01 --out ./2023-01',
        'reports download --month 2023-01 --type VM_HISTORY --agent UUID',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { server, json, out, ...selection } = optionsOf<Selection & { out: string }>(command);
      const { mkdir } = await import('node:fs/promises');
      const { serverAddress, signedIn } = await import('../../http/session.ts');
      const { findReports } = await import('../../journey/find-reports.ts');
      const { saveReport } = await import('../../journey/read-report.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const client = signedIn(serverAddress(server));
      const reports = await findReports(client, selection);
      if (reports.length === 0) {
        const { Failure } = await import('../../failure.ts');
        const { EXIT } = await import('../../exit-codes.ts');
        throw new Failure(`There is no such report of ${selection.month}.`, EXIT.notFound, {
          advice: `See what there is: meterhouse reports list --month ${selection.month}`,
        });
      }
      await mkdir(out, { recursive: true });
      const progress = await startProgress('Downloading', reports.length, json);
      const saved: { path: string; reportType: string; agentId: string; checksum: string }[] = [];
      try {
        for (const report of reports) {
          const { reportType, agentId, checksum } = report;
          saved.push({ path: await saveReport(client, report, out), reportType, agentId, checksum });
          progress.update(saved.length, reportType);
        }
      } finally {
        progress.stop();
      }
      if (json) return printJson(saved);
      for (const { path } of saved) print(path);
    });
}
