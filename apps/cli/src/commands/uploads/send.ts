import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

interface SendCommandOptions {
  readonly dir?: string;
  readonly correction?: string;
}

export function sendCommand(): Command {
  return new Command('send')
    .description(
      'Sends packages to the service, in the order of their chains; sending one again does no harm.',
    )
    .argument('<files...>', 'packages, as a meter wrote them')
    .option('--dir <dir>', 'sign in as the meter in this directory instead of with METERHOUSE_TOKEN')
    .option('--correction <reason>', 'the packages correct usage that was taken; says why')
    .addHelpText(
      'after',
      examples('uploads send ./packages/*', 'uploads send --dir ./meter ./packages/*') +
        '\n\nWhat fails on the way is sent again. A package that is refused does not hold up the next ones; the exit status is 1.',
    )
    .action(async (paths: readonly string[], _options: unknown, command: Command) => {
      const options = optionsOf<SendCommandOptions>(command);
      const { connect, connectAsMeter } = await import('../../http/connect.ts');
      const { sendPackages } = await import('../../journey/send-packages.ts');
      const { note, print, printJson } = await import('../../terminal/output.ts');
      const { startProgress } = await import('../../terminal/progress.ts');
      const { tellSent } = await import('../../terminal/sent-lines.ts');
      const { plural } = await import('../../terminal/numbers.ts');
      const { plain } = await import('../../terminal/plain.ts');
      const { EXIT } = await import('../../exit-codes.ts');
      const client =
        options.dir === undefined ? await connect(options) : await connectAsMeter(options, options.dir);

      const progress = await startProgress('Sending', 1, options.json);
      const summary = await sendPackages(client, paths, {
        ...(options.correction !== undefined && { correction: options.correction }),
        onProgress: ({ done, total, file }) => progress.update(total === 0 ? 1 : done / total, file),
        onRefused: ({ path, failure }) => {
          progress.tell(plain(`${path}: ${failure.message}`));
          for (const fault of failure.faults) progress.tell(`  ${plain(fault)}`);
        },
        onRetry: (path, why, pauseMs) =>
          progress.tell(plain(`${path}: ${why} Again in ${pauseMs / 1000} s.`)),
      }).finally(() => progress.stop());

      const { stopped } = summary;
      if (summary.refused.length > 0) process.exitCode = EXIT.refused;
      if (stopped !== undefined) process.exitCode = stopped.failure.exitCode;
      if (options.json) return printJson(summary);
      for (const line of tellSent(summary)) print(line);
      if (stopped !== undefined) {
        const packages = plural(stopped.left, 'package');
        note(
          plain(
            `${stopped.failure.message} ${packages} not sent. Send all of them again: what was taken is known.`,
          ),
        );
      }
      if (summary.refused.length > 0) note('What was refused is told above; it changed nothing.');
    });
}
