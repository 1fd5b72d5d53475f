import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

export function rebuildCommand(): Command {
  return new Command('rebuild')
    .description(
      'Derives all usage again from the archive, inside the running service, and compares digests; for operators.',
    )
    .addHelpText(
      'after',
      `${examples('rebuild', 'rebuild --json')}\n\nThe exit status is 1 when anything was not what the archive says; it is then mended and told.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { EXIT } = await import('../exit-codes.ts');
      const { connect } = await import('../http/connect.ts');
      const { runRebuild } = await import('../journey/run-rebuild.ts');
      const { print, printJson } = await import('../terminal/output.ts');
      const { startProgress } = await import('../terminal/progress.ts');
      const progress = await startProgress('Rebuilding', 1, json);
      const rebuild = await runRebuild(await connect(options), (done, months) =>
        progress.update(months === 0 ? 1 : done / months, `${done} of ${months} months`),
      ).finally(() => progress.stop());
      const differences = rebuild.months.flatMap(({ agentId, month, differences: found }) =>
        found.map((difference) => ({ agentId, month, ...difference })),
      );
      if (differences.length > 0) process.exitCode = EXIT.refused;
      if (json) return printJson(rebuild);
      const { plural } = await import('../terminal/numbers.ts');
      const slices = rebuild.months.reduce((sum, month) => sum + (month.slices ?? 0), 0);
      print(
        `${plural(rebuild.months.length, 'month')} with ${plural(slices, 'slice')} derived again: ${
          differences.length === 0 ? 'every digest is equal.' : `${plural(differences.length, 'difference')}.`
        }`,
      );
      if (differences.length === 0) return;
      const { table } = await import('../terminal/table.ts');
      print(
        table(
          ['Meter', 'Month', 'What', 'Product', 'Hour', 'Upload', 'Found', 'Derived'],
          differences.map(({ agentId, month, what, product, hour, upload, found, derived }) => [
            agentId,
            month,
            what,
            product ?? '',
            hour ?? '',
            upload ?? '',
            found ?? '',
            derived ?? '',
          ]),
        ),
      );
    });
}
