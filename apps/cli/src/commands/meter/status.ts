import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type MeterPlace, withMeter } from './place.ts';

const MORE = `
It reads what the meter writes into its directory every 2 s, and asks nobody. Hours are those that this machine knows: of packages
that are kept (spool.keep, 40 days) and of hours that wait; what the service has, meterhouse coverage tells.

A person is needed, and the exit status is 8, when the meter does not run or writes no status; a product needs somebody, was
unreachable for 15 minutes or has a clock that is a minute off; nothing could be sent for 6 hours or sending has
stopped; the meter has a service and is not bound to it; the spool fills up; the settings were refused; or the certificate of the
API ends within 7 days. Each is told with what to do. Otherwise it is 0. With --watch it is 0.
`;

export function statusCommand(): Command {
  const command = new Command('status')
    .description(
      'Shows in one screen how a meter is: products, hours of the month, spool, uploads, clock, API.',
    )
    .option('--watch', 'draw it again each second, until Ctrl-C');
  return withMeter(command)
    .addHelpText(
      'after',
      MORE +
        examples(
          'meter status --dir /var/lib/meterhouse-meter',
          'meter status --watch',
          'meter status --json',
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { watch?: boolean }>(command);
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { concernsOf } = await import('../../meter/status/concerns.ts');
      const { standingOf } = await import('../../meter/status/standing.ts');
      if (options.watch) {
        if (options.json || !process.stdout.isTTY)
          throw new Failure('--watch is for a terminal.', EXIT.usage, {
            advice: 'For scripts: meter status --json, as often as you like.',
          });
        const { watchStatus } = await import('../../meter/status/watch-status.ts');
        return watchStatus(options);
      }
      const standing = await standingOf(options);
      const concerns = concernsOf(standing);
      if (concerns.length > 0) process.exitCode = EXIT.found;
      if (options.json) {
        const { statusJson } = await import('../../meter/status/status-json.ts');
        return printJson(statusJson(standing, concerns));
      }
      const { statusLines } = await import('../../meter/status/status-lines.ts');
      for (const line of statusLines(standing, concerns)) print(line);
    });
}
