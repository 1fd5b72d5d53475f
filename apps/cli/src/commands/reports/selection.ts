import { REPORTS, type ReportType } from '@meterhouse/contract/report-columns';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { agentValue, monthValue } from '../values.ts';

/** Which reports a command is about. */
export interface Selection {
  readonly month: string;
  readonly agent?: string;
  readonly type?: ReportType;
}

export const TYPES = Object.keys(REPORTS) as ReportType[];

/** Adds `--month`, `--agent` and `--type`, which take a type's name or the name of its file, in any case. */
export function selecting(command: Command): Command {
  return command
    .requiredOption('--month <month>', 'such as 2023-01', monthValue)
    .option('--agent <uuid>', 'of this meter only', agentValue)
    .addOption(new Option('--type <type>', `one of ${TYPES.join(', ')}`).argParser(typeValue));
}

/** A report's type, by its name or the name of its file, in any case. */
export function typeValue(text: string): ReportType {
  const wanted = text.toUpperCase().replaceAll('-', '_');
  const type = TYPES.find((name) => name === wanted || REPORTS[name].file.toUpperCase() === wanted);
  if (type === undefined) throw new InvalidArgumentError(`Write one of ${TYPES.join(', ')}.`);
  return type;
}
