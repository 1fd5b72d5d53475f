import type { AuditKind, AuditRow } from '@meterhouse/meter/customers';
import { Command, Option } from 'commander';
import { settingsOf } from '../../../meter/change-meter.ts';
import type { Column } from '../../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../../output/form.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

interface AuditOptions extends FormOptions, MeterPlace {
  readonly kind?: AuditKind;
  readonly product?: string;
  readonly tsv?: boolean;
}

/** A row as scripts have it: one member for each column. */
interface Audited {
  readonly kind: AuditKind;
  readonly product: string;
  readonly vm: string | null;
  readonly name: string | null;
  readonly customer: string | null;
  readonly rule: number | string | null;
  readonly source: string | null;
  readonly targetType: string | null;
  readonly target: string | null;
  readonly losingCustomer: string | null;
  readonly losingRule: number | string | null;
  readonly losingSource: string | null;
  readonly losingTargetType: string | null;
  readonly losingTarget: string | null;
  readonly reason: string | null;
}

const COLUMNS: readonly Column<Audited>[] = [
  { name: 'kind' },
  { name: 'product' },
  { name: 'name', title: 'Machine' },
  { name: 'customer' },
  { name: 'rule' },
  { name: 'target' },
  { name: 'losingCustomer' },
  { name: 'losingRule' },
  { name: 'reason' },
  { name: 'vm', extra: true },
  { name: 'source', extra: true },
  { name: 'targetType', extra: true },
  { name: 'losingSource', extra: true },
  { name: 'losingTargetType', extra: true },
  { name: 'losingTarget', extra: true },
];

const MORE = `
Kinds: mapped, a machine with a label and the rule that gave it; unmapped, a machine without one; overlapping, a rule that matches
a machine and loses, with the one that wins; targetless, a rule whose target is not there.

The products are looked at once, as they are now; a running meter is not disturbed. Every row is told. --tsv, --json and --csv are
written row by row.

Exit status: 0 told; 8 a product could not be looked at, so its machines are not in it.
`;

export function auditCommand(): Command {
  const command = new Command('audit')
    .description('Shows what the rules do to the machines that are there now: every row, none left out.')
    .addOption(
      new Option('--kind <kind>', 'rows of this kind alone').choices([
        'mapped',
        'unmapped',
        'overlapping',
        'targetless',
      ]),
    )
    .option('--product <name>', 'of this product alone')
    .option('--tsv', 'as TSV, for other programs: the same columns as the API gives');
  return withForms(withMeter(command), COLUMNS)
    .addHelpText(
      'after',
      MORE +
        examples(
          'meter rules audit --kind unmapped',
          'meter rules audit --tsv > audit.tsv',
          "meter rules audit --query '[?kind==`targetless`].[rule,target,reason]'",
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<AuditOptions>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { note } = await import('../../../terminal/output.ts');
      const form = await formOf(options);
      const { tsv, json, csv, query, columns } = options;
      if (tsv && (json || csv || query !== undefined || columns !== undefined))
        throw new Failure('--tsv is a form of its own: leave out the others.', EXIT.usage);
      const { lookLines } = await import('../../../meter/first-look.ts');
      const { lookAt } = await import('../../../meter/look-at.ts');
      const { rulesOf } = await import('../../../meter/rules-of.ts');
      const { requireProduct } = await import('../../../meter/require-product.ts');
      const { auditRules, auditTsv } = await import('@meterhouse/meter/customers');
      const settings = await settingsOf(options);
      const products =
        options.product === undefined ? settings.products : [requireProduct(settings, options.product)];
      const looks = await lookAt(options.dir, { ...settings, products }, (look) => {
        if (!('failure' in look)) return;
        process.exitCode = EXIT.found;
        for (const line of lookLines(look)) note(line);
      });
      const audited = looks.flatMap(({ look, inventory }) =>
        inventory === undefined || 'failure' in look
          ? []
          : [{ product: { id: look.identity.id, name: look.name }, inventory }],
      );
      const rows = ofKind(auditRules(await rulesOf(options.dir, settings), audited), options.kind);
      if (tsv) return writeLines(auditTsv(rows));
      const { printList } = await import('../../../output/print-list.ts');
      await printList(itemsOf(rows), COLUMNS, form, { empty: 'No row.' });
    });
}

function* ofKind(rows: Iterable<AuditRow>, kind: AuditKind | undefined): Generator<AuditRow> {
  for (const row of rows) if (kind === undefined || row.kind === kind) yield row;
}

function* itemsOf(rows: Iterable<AuditRow>): Generator<Audited> {
  for (const { kind, product, machine, rule, losing, reason } of rows)
    yield {
      kind,
      product,
      vm: machine?.uuid ?? null,
      name: machine?.name ?? null,
      customer: rule?.name ?? null,
      rule: rule?.id ?? null,
      source: rule?.source ?? null,
      targetType: rule?.targetType ?? null,
      target: rule?.targetId ?? null,
      losingCustomer: losing?.name ?? null,
      losingRule: losing?.id ?? null,
      losingSource: losing?.source ?? null,
      losingTargetType: losing?.targetType ?? null,
      losingTarget: losing?.targetId ?? null,
      reason: reason ?? null,
    };
}

/** No faster than the reader takes them. What a reader that has gone, such as `head`, leaves is for nobody. */
async function writeLines(lines: Iterable<string>): Promise<void> {
  const { Readable } = await import('node:stream');
  const { pipeline } = await import('node:stream/promises');
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
