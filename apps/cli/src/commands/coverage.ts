import { Command, InvalidArgumentError, Option } from 'commander';
import type { MeterCoverage } from '../journey/coverage-of-all.ts';
import type { CoverageRun } from '../journey/find-gaps.ts';
import type { Column } from '../output/column.ts';
import { type FormOptions, formOf, withForms } from '../output/form.ts';
import { examples, optionsOf } from './globals.ts';
import { agentValue, monthValue } from './values.ts';

type State = CoverageRun['state'];

interface CoverageOptions extends FormOptions {
  readonly month: string;
  readonly all?: boolean;
  readonly failOn?: ReadonlySet<State>;
}

const FAILING: readonly State[] = ['missing', 'unreachable', 'partial', 'overlapping'];

const hours =
  (...states: State[]) =>
  ({ products }: MeterCoverage) =>
    products
      .flatMap((product) => product.hours)
      .filter(({ state }) => states.includes(state))
      .reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 3_600_000, 0);

/** Hours are counted by product: two vCenters that miss the same hour miss two. */
const COLUMNS: readonly Column<MeterCoverage>[] = [
  { name: 'agentId' },
  { name: 'label' },
  { name: 'month' },
  { name: 'products', of: ({ products }) => products.length, right: true },
  ...(['collected', 'overlapping', 'partial', 'unreachable', 'missing'] as const).map((state) => ({
    name: state,
    of: hours(state),
    right: true,
  })),
];

const STATES = `
An hour of a product is collected; partial, when the meter looked for a part of it; unreachable, when the product did not
answer; missing, when no meter told of it; overlapping, when several did.
`;

export function coverageCommand(): Command {
  const command = new Command('coverage')
    .description(
      'Shows which hours of a month a meter has covered, as a calendar; of all meters a line each.',
    )
    .argument('[agent]', "the meter's UUID", agentValue)
    .requiredOption('--month <month>', 'such as 2023-01', monthValue)
    .option('--all', 'every meter of the organisation')
    .addOption(
      new Option(
        '--fail-on <states>',
        `end with 8 when an hour is one of ${FAILING.join(', ')}; or any`,
      ).argParser(statesValue),
    );
  return withForms(command, COLUMNS)
    .addHelpText(
      'after',
      STATES +
        examples(
          'coverage 88531d1c-296e-4b47-8431-c0e8182148e7 --month 2023-01',
          'coverage --all --month 2023-01',
          'coverage --all --month 2023-01 --fail-on missing,unreachable --csv',
        ),
    )
    .action(async (agent: string | undefined, _options: unknown, parsed: Command) => {
      const options = optionsOf<CoverageOptions>(parsed);
      const form = await formOf(options);
      const { EXIT } = await import('../exit-codes.ts');
      if ((agent === undefined) === (options.all !== true)) {
        const { Failure } = await import('../failure.ts');
        throw new Failure('Name one meter, or give --all.', EXIT.usage, {
          advice: 'meterhouse meters list shows them.',
        });
      }
      const { connect } = await import('../http/connect.ts');
      const { coverageOfAll, hoursIn } = await import('../journey/coverage-of-all.ts');
      const { coverageOf } = await import('../journey/find-gaps.ts');
      const { printItem, printList } = await import('../output/print-list.ts');
      const { drawMeter, drawMeters } = await import('../terminal/coverage-view.ts');
      const { month, failOn } = options;
      const client = await connect(options);
      const found =
        agent === undefined
          ? await coverageOfAll(client, month)
          : [{ ...(await coverageOf(client, agent, month)), label: '' }];
      if (found.length === 0) {
        const { tellOperatorsOwn } = await import('../journey/tell-operators-own.ts');
        await tellOperatorsOwn(client);
      }
      if (failOn !== undefined && found.some((one) => hoursIn(one, failOn) > 0))
        process.exitCode = EXIT.found;
      const drawn = form.kind === 'table' && form.query === undefined && form.columns === undefined;
      if (agent === undefined) return drawn ? drawMeters(month, found) : printList(found, COLUMNS, form);
      const { label: _none, ...coverage } = found[0]!;
      if (drawn) return drawMeter(coverage);
      if (form.kind === 'json' && form.columns === undefined)
        return printItem(coverage as MeterCoverage, COLUMNS, form);
      return printList(found, COLUMNS, form);
    });
}

function statesValue(text: string): ReadonlySet<State> {
  const names = text === 'any' ? FAILING.filter((state) => state !== 'overlapping') : text.split(',');
  const unknown = names.filter((name) => !FAILING.includes(name as State));
  if (unknown.length > 0) throw new InvalidArgumentError(`Write any, or of ${FAILING.join(', ')}.`);
  return new Set(names as State[]);
}
