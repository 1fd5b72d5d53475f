import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { monthValue } from '../values.ts';

interface ReplayCommandOptions {
  readonly dir: string;
  readonly trace: string;
  readonly month: string;
  readonly out: string;
  readonly again?: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Turns a trace of virtual machines into signed packages, one a day of the month.')
    .requiredOption('--dir <dir>', "the meter's directory; the meter must be activated")
    .requiredOption(
      '--trace <file>',
      'CSV, plain or .gz: vm,[customer,]vcpus,memory_mib,powered_on,powered_off',
    )
    .requiredOption('--month <month>', 'such as 2023-01', monthValue)
    .requiredOption('--out <dir>', 'where the packages go')
    .option('--again', 'make a second set where the meter has packages of this month already')
    .addHelpText(
      'after',
      examples(
        'meter replay --dir ./meter --trace trace.csv.gz --month 2023-01 --out ./packages',
        'uploads send ./packages/*',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { dir, trace, month, out, again = false, json } = optionsOf<ReplayCommandOptions>(command);
      const { replayTrace } = await import('@meterhouse/meter/replay');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { bytes, count, plural } = await import('../../terminal/numbers.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const progress = await startProgress('Replaying', 1, json);
      const replay = await replayTrace({
        dir,
        trace,
        month,
        out,
        again,
        onProgress: ({ day, daysDone, days, records }) =>
          progress.update(daysDone / days, `${day}, ${count(records)} records`),
      }).finally(() => progress.stop());
      if (json) return printJson(replay);
      const written = replay.days.filter(({ records }) => records !== undefined);
      const sum = (of: (day: (typeof written)[number]) => number) =>
        written.reduce((total, day) => total + of(day), 0);
      print(
        `${plural(written.length, 'package')} of ${plural(replay.machines, 'machine')} in ${out}: ${plural(
          sum((day) => day.records ?? 0),
          'record',
        )}, ${bytes(sum((day) => day.bytes ?? 0))}.`,
      );
      const kept = replay.days.length - written.length;
      if (kept > 0) print(`${plural(kept, 'package')} of an earlier run stayed.`);
    });
}
