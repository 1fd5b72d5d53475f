import { join } from 'node:path';
import { type Command, Option } from 'commander';

/** Which meter of this machine a command is about. */
export interface MeterPlace {
  readonly dir: string;
  readonly config?: string;
}

const SETTINGS_WORDS = 'its settings; otherwise meter.yaml in its directory';

/** Gives a command `--dir` and `--config`, which the environment can say for all commands of a machine. */
export function withMeter(command: Command): Command {
  return command
    .optionsGroup('Which meter:')
    .addOption(
      new Option('--dir <dir>', "the meter's directory")
        .env('METERHOUSE_METER_DIR')
        .default('.', 'the current directory'),
    )
    .addOption(settingsOption());
}

/** A directory that must be named: something is made in it. */
export function dirOption(words: string): Option {
  return new Option('--dir <dir>', words).env('METERHOUSE_METER_DIR').makeOptionMandatory();
}

export function settingsOption(): Option {
  return new Option('--config <file>', SETTINGS_WORDS).env('METERHOUSE_METER_CONFIG');
}

export function settingsPathOf({ dir, config }: MeterPlace): string {
  return config ?? join(dir, 'meter.yaml');
}
