import { Command, Option } from 'commander';
import type { Client } from '../../http/client.ts';
import { FORMS, type Form } from '../../journey/sync/folder-names.ts';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

interface DownloadOptions extends Selection {
  readonly out: string;
  readonly as: Form;
  readonly force?: boolean;
}

export function downloadCommand(): Command {
  return selecting(new Command('download'))
    .description("Downloads a month's reports, each checked against its checksum.")
    .option(
      '--out <path>',
      'the folder they go to; for one report also a file (NAME.gz, NAME.parquet) or -',
      '.',
    )
    .addOption(new Option('--as <form>', 'the form of the files').choices(Object.keys(FORMS)).default('tsv'))
    .option('--force', 'replace the file that --out names')
    .addHelpText(
      'after',
      examples(
        'reports download --month 2023-01 --out ./2023-01',
        'reports download --month 2023-01 --type VM_HISTORY --agent UUID --as parquet',
        'reports download --month 2023-01 --type MONTHLY_USAGE --agent UUID --out - | zcat',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<DownloadOptions>(command);
      const { json, out, as, force = false, ...selection } = options;
      const { makeFolder } = await import('@meterhouse/metering/make-folder');
      const { connect } = await import('../../http/connect.ts');
      const { findReports } = await import('../../journey/find-reports.ts');
      const { saveReport, streamReport } = await import('../../journey/read-report.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const toFile = out === '-' || /\.(gz|parquet)$/.test(out);
      if (toFile) await mayWrite(out, force);
      const client = await connect(options);
      const reports = await findReports(client, selection);
      await refuseUnfitting(client, selection, reports.length, toFile);
      if (out === '-') return streamReport(client, reports[0]!, as, process.stdout);
      if (!toFile) await makeFolder(out);
      const progress = await startProgress('Downloading', reports.length, json);
      const saved: { path: string; reportType: string; agentId: string; checksum: string }[] = [];
      try {
        for (const report of reports) {
          const { reportType, agentId, checksum } = report;
          const path = await saveReport(client, report, toFile ? { file: out } : { folder: out }, as);
          saved.push({ path, reportType, agentId, checksum });
          progress.update(saved.length, reportType);
        }
      } finally {
        progress.stop();
      }
      if (json) return printJson(saved);
      for (const { path } of saved) print(path);
    });
}

/** A file that is there was perhaps worth something: asked before anything is fetched. */
async function mayWrite(path: string, force: boolean): Promise<void> {
  const { existsSync, statSync } = await import('node:fs');
  if (path === '-' || !existsSync(path) || statSync(path).isDirectory() || force) return;
  const { Failure } = await import('../../failure.ts');
  const { EXIT } = await import('../../exit-codes.ts');
  throw new Failure(`${path} is there already.`, EXIT.input, {
    advice: '--force replaces it; another --out leaves it.',
  });
}

async function refuseUnfitting(
  client: Client,
  selection: Selection,
  count: number,
  toFile: boolean,
): Promise<void> {
  const { Failure } = await import('../../failure.ts');
  const { EXIT } = await import('../../exit-codes.ts');
  if (count === 0) {
    const { operatorsOwn } = await import('../../journey/tell-operators-own.ts');
    throw new Failure(`There is no such report of ${selection.month}.`, EXIT.notFound, {
      advice:
        (await operatorsOwn(client)) ??
        `See what there is: meterhouse reports list --month ${selection.month}`,
    });
  }
  if (count === 1 || !toFile) return;
  throw new Failure(`${count} reports do not go into one file.`, EXIT.usage, {
    advice: 'Choose one by --agent and --type, or name a folder.',
  });
}
