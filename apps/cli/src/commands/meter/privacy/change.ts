import { Command, Option } from 'commander';
import { changeMeter, settingsOf } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

const TREATMENTS = ['hashed', 'redacted', 'plain'] as const;
type Treatment = (typeof TREATMENTS)[number];

interface ChangeOptions extends MeterPlace {
  readonly vm?: Treatment;
  readonly host?: Treatment;
  readonly cluster?: Treatment;
  readonly customer?: Treatment;
  readonly license?: 'masked' | 'plain';
  readonly force?: boolean;
}

export function changeCommand(): Command {
  const treatment = (flag: string, words: string) => new Option(`--${flag} <how>`, words).choices(TREATMENTS);
  const command = new Command('change')
    .description(
      `Changes which names are hidden. It holds from the start of the next month (UTC), so that within a month a name is one name; with
--force from the running hour on. Hours before keep the setting of their time.`,
    )
    .addOption(treatment('vm', 'names of virtual machines'))
    .addOption(treatment('host', 'names of hosts'))
    .addOption(treatment('cluster', 'names of clusters'))
    .addOption(treatment('customer', "customers' labels"))
    .addOption(new Option('--license <how>', 'licence keys').choices(['masked', 'plain']))
    .option('--force', 'from the running hour on: names of this month are then two in its reports');
  return withMeter(command)
    .addHelpText(
      'after',
      examples('meter privacy change --vm plain --host plain', 'meter privacy change --vm redacted --force'),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<ChangeOptions>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { openPrivacy, viewPrivacy } = await import('@meterhouse/meter/privacy');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { dir, vm, host, cluster, customer, license, force } = options;
      const asked = { vm, host, cluster, customer, license };
      const fields = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      if (Object.keys(fields).length === 0 && !force)
        throw new Failure('Nothing was changed.', EXIT.usage, {
          faults: ['--vm, --host, --cluster, --customer or --license: what to change'],
        });
      const now = Date.now();
      await changeMeter(options, [{ kind: 'change-privacy', fields }], async () => {
        if (!force) return;
        const { privacy } = await settingsOf(options);
        const opened = await openPrivacy({
          dir,
          environment: process.env,
          settings: privacy,
          now,
          onFault: (error) => {
            throw error;
          },
        });
        await opened.follow(privacy, now, true);
      });
      const view = await viewPrivacy(dir, (await settingsOf(options)).privacy, now);
      if (options.json) return printJson(view);
      print(
        view.next === undefined
          ? 'It holds now.'
          : `It holds from ${new Date(view.next.from).toISOString().slice(0, 10)} on, 00:00 UTC.`,
      );
    });
}
