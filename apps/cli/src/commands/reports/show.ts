import { Command, InvalidArgumentError, Option } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type Selection, selecting } from './selection.ts';

const DEFAULT_ROWS = 40;

interface ShowOptions extends Selection {
  readonly rows: number;
  readonly filter?: string;
  readonly sort?: string;
  readonly top?: number;
  readonly trend?: number;
  readonly csv?: boolean;
  readonly query?: string;
}

export function showCommand(): Command {
  return selecting(new Command('show'))
    .description(
      'Shows a report as a table: the Monthly Usage Report and which hours it misses, unless --type says else.',
    )
    .option('--filter <fiql>', "only rows such as 'Product==vRAM*;Points=gt=100' (; and, or)")
    .option('--sort <columns>', 'such as -Points,Product (- descending)')
    .option('--top <number>', 'only so many rows, after sorting', numberFrom(1))
    .addOption(
      new Option('--trend [months]', 'the figures of so many months up to this one, as a line of bars')
        .preset('6')
        .argParser(numberFrom(2)),
    )
    .option('--rows <number>', 'draw so many rows at most', numberFrom(1), DEFAULT_ROWS)
    .option('--csv', 'as CSV, for spreadsheets and scripts')
    .option('--query <jmespath>', 'only what this JMESPath expression picks of the JSON')
    .addHelpText(
      'after',
      `\nColumns are named in any case, with or without their blanks. A filter and a sort hold for every form.
${examples(
  'reports show --month 2023-01 --trend',
  'reports show --month 2023-01 --type CUSTOMER_MONTHLY_USAGE --filter Product==vRAM --sort -Points --top 10',
  'reports show --month 2023-01 --agent UUID --type HOURLY_USAGE --rows 100',
  'reports show --month 2023-01 --csv',
)}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<ShowOptions>(command);
      const type = options.type ?? 'MONTHLY_USAGE';
      const { formOf } = await import('../../output/form.ts');
      const { connect } = await import('../../http/connect.ts');
      const { viewReports } = await import('../../journey/view-reports.ts');
      const form = await formOf(options);
      const client = await connect(options);
      const views = await viewReports(client, { ...options, type });
      if (views.length === 0) {
        const { Failure } = await import('../../failure.ts');
        const { EXIT } = await import('../../exit-codes.ts');
        const { operatorsOwn } = await import('../../journey/tell-operators-own.ts');
        throw new Failure(`There is no ${type} of ${options.month} here.`, EXIT.notFound, {
          advice:
            (await operatorsOwn(client)) ??
            `See what there is: meterhouse reports list --month ${options.month}`,
        });
      }
      const { drawViews, printViews } = await import('../../terminal/report-views.ts');
      if (form.kind === 'table' && form.query === undefined) return drawViews(views, options);
      return printViews(views, form);
    });
}

const numberFrom = (least: number) => (text: string) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) {
    throw new InvalidArgumentError(`Write a number from ${least}.`);
  }
  return number;
};
