import type { OuterSetting, SettingFlags } from '@meterhouse/meter/settings';
import { Command, Option } from 'commander';
import type { UnattendedFlags } from '../../meter/unattended.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { type MeterPlace, withMeter } from './place.ts';

interface RunOptions extends MeterPlace, UnattendedFlags {
  readonly init?: boolean;
}

const MORE = `
Each setting of meter.yaml is also a flag and a variable: a flag wins over the environment, the environment over the file, which
need not be there. docs/meter/settings.md tells each, with its default and its unit, and where passwords come from.

What happens is written to standard output: a line of JSON for each entry of the journal, or words on a terminal. SIGHUP has the
settings read again; SIGTERM, SIGINT and Ctrl-C end the meter in good order within 40 s at most. It can be killed at any moment:
hours that were closed are on the disk, and the open hour goes on at the next start.

With --init a meter that is not there yet is made, and one that is not bound yet is registered and activated beside metering, tried
again each minute until it is done: for containers, which have flags and environment alone.

Exit status: 0 asked to stop; 2 the settings have faults, each is named; 6 there is no meter, or a key or file of it is damaged or
missing; 10 it runs already.
`;

export function runCommand(settings: readonly OuterSetting[]): Command {
  const command = withMeter(
    new Command('run').description(
      'Runs the meter until it is told to stop: watches its products, keeps each hour on the disk, sends packages.',
    ),
  )
    .optionsGroup('Without a person:')
    .option('--init', 'make and bind the meter first, where it is not yet')
    .addOption(
      new Option('--agent <uuid>', 'its UUID, where it is made; otherwise a new one')
        .env('METERHOUSE_METER_AGENT')
        .argParser(agentValue),
    )
    .addOption(
      new Option('--label <text>', 'what people call it; otherwise the name of this machine').env(
        'METERHOUSE_METER_LABEL',
      ),
    )
    .addOption(
      new Option('--contract <number>', 'the contract its usage is billed under').env(
        'METERHOUSE_METER_CONTRACT',
      ),
    )
    .addOption(new Option('--site <name>', 'the site of that contract').env('METERHOUSE_METER_SITE'))
    .addOption(
      new Option('--mode <mode>', 'whether its usage is billed; PRODUCTION by itself')
        .env('METERHOUSE_METER_MODE')
        .choices(['PRODUCTION', 'TEST']),
    )
    .addOption(
      new Option(
        '--activation-token-file <file>',
        'what an administrator made, in place of an API token; also METERHOUSE_METER_ACTIVATION_TOKEN',
      ).env('METERHOUSE_METER_ACTIVATION_TOKEN_FILE'),
    )
    .optionsGroup('Settings, over the environment and the file:');
  for (const setting of settings) command.addOption(settingOption(setting));
  return command
    .addHelpText(
      'after',
      MORE +
        examples(
          'meter run --dir /var/lib/meterhouse-meter',
          'meter run --dir ./meter --spool-limit 20GiB --api-listen off',
          'meter run --init --dir /data --service https://usage.example --product-address vc1.example --product-user meter',
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<RunOptions>(command);
      const { runTheMeter } = await import('../../meter/run-the-meter.ts');
      await runTheMeter(options, options.init === true, settingFlags(command, settings));
    });
}

function settingOption({ flag, described }: OuterSetting): Option {
  const { description = '', default: fallback } = described;
  // TCP and the like stay as they are.
  const words = description.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '');
  return new Option(
    `--${flag} <value>`,
    fallback === undefined ? words : `${words}; ${String(fallback)} by itself`,
  );
}

/** What was given of the settings, by their flags. */
function settingFlags(command: Command, settings: readonly OuterSetting[]): SettingFlags {
  const known = new Set(settings.map(({ flag }) => flag));
  return Object.fromEntries(
    command.options
      .filter((option) => known.has(option.name()))
      .map((option) => [option.name(), command.getOptionValue(option.attributeName()) as string | undefined]),
  );
}
