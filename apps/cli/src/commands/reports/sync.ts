import type { ReportType } from '@meterhouse/contract';
import { Command, Option } from 'commander';
import { FORMS, type Form } from '../../journey/sync/folder-names.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue, monthValue } from '../values.ts';
import { TYPES, typeValue } from './selection.ts';

interface SyncCommandOptions {
  readonly since: string;
  readonly until?: string;
  readonly to: string;
  readonly as: Form;
  readonly type?: readonly ReportType[];
  readonly agent?: readonly string[];
  readonly verify?: boolean;
  readonly keep?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
The folder:
  DIR/2023-01/<label>_<agentId>/Monthly_Usage.tsv.gz
  DIR/.meterhouse/index.jsonl    ref, checksum, length, SHA-256 and path of each, a line of JSON

A report that is there is not downloaded again. One that the service renewed is replaced in one step. One that was
changed, damaged or removed here is fetched again. Files that the service does not list any more stay.
A run that was killed, or lost the service, goes on where it was. A second run in the same folder ends with 10.

Exit status of sync: 0 nothing failed, 9 some reports failed, 5 the service was lost on the way, 10 see above.

Every hour, by cron; it writes one line, with --quiet only when something fails:
  17 * * * *  METERHOUSE_TOKEN=$(cat ~/.meterhouse-token) meterhouse reports sync --since 2023-01 --to ~/reports --quiet`;

export function syncCommand(): Command {
  return new Command('sync')
    .description('Keeps a folder of verified reports up to date: all months, all meters.')
    .requiredOption('--since <month>', 'the first month, such as 2022-01', monthValue)
    .option('--until <month>', 'the last month; otherwise the running one', monthValue)
    .requiredOption('--to <dir>', 'the folder')
    .addOption(new Option('--as <form>', 'the form of the files').choices(Object.keys(FORMS)).default('tsv'))
    .addOption(
      new Option('--type <type>', `only this report; may be given again: ${TYPES.join(', ')}`).argParser(
        gathering(typeValue),
      ),
    )
    .addOption(
      new Option('--agent <uuid>', 'only of this meter; may be given again').argParser(gathering(agentValue)),
    )
    .option('--verify', 'read every file here and compare its SHA-256, instead of its length and time')
    .option('--keep', 'keep a report that was renewed, beside the new one as NAME~TIME')
    .option('--quiet', 'say nothing unless something fails')
    .addHelpText(
      'after',
      HELP +
        '\n' +
        examples(
          'reports sync --since 2022-01 --to ./reports',
          'reports sync --since 2023-01 --until 2023-12 --to ./reports --as parquet --type MONTHLY_USAGE',
          'reports sync --since 2022-01 --to ./reports --verify',
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<SyncCommandOptions>(command);
      const { json, since, until, to, as, type = [], agent = [], verify, keep, quiet } = options;
      const { connect } = await import('../../http/connect.ts');
      const { currentMonth, monthsBetween } = await import('../../journey/sync/months.ts');
      const { syncReports } = await import('../../journey/sync/sync-reports.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const { tellSync, exitOfSync } = await import('../../terminal/sync-lines.ts');
      const months = monthsBetween(since, until ?? currentMonth(new Date()));
      if (months.length === 0) {
        const { Failure } = await import('../../failure.ts');
        const { EXIT } = await import('../../exit-codes.ts');
        throw new Failure(`--since ${since} is after ${until ?? 'the running month'}.`, EXIT.usage);
      }
      // A bar for whoever watches; cron gets the one line alone.
      const progress = await startProgress('Syncing', 1, json === true || !process.stderr.isTTY);
      const client = await connect(options);
      const summary = await syncReports(client, {
        folder: to,
        months,
        as,
        ...(type.length > 0 && { types: type }),
        ...(agent.length > 0 && { agents: agent }),
        ...(verify && { verify }),
        ...(keep && { keepOld: keep }),
        onProgress: (done, total, words) => progress.update(done / total, words),
        onRetry: (why, pauseMs) => progress.tell(`${why} Again in ${pauseMs / 1000} s.`),
      }).finally(() => progress.stop());
      const { failed, pending, renewed, restored, stopped, unchanged } = summary;
      const found = [summary.new, renewed, restored, failed, pending].flat().length + unchanged;
      if (found === 0 && stopped === undefined) {
        const { refuseOperatorsOwn } = await import('../../journey/tell-operators-own.ts');
        await refuseOperatorsOwn(client, options);
      }
      process.exitCode = exitOfSync(summary);
      if (json) return printJson(summary);
      const { note } = await import('../../terminal/output.ts');
      const { line, faults } = tellSync(summary);
      for (const fault of faults) note(fault);
      if (!quiet || faults.length > 0) print(line);
    });
}

/** An option that may be given again: all its values, in their order. */
function gathering<Value>(read: (text: string) => Value) {
  return (text: string, before: readonly Value[] | undefined) => [...(before ?? []), read(text)];
}
