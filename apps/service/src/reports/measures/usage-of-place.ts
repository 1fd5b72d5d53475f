import { CAP_HALF_MIB, decimalRatio, MEASURES, type Month, type Rule } from '@meterhouse/metering';
import type { EngineLane } from '../../platform/engine/types.ts';
import type { Place } from '../places.ts';
import { type Bindings, createBindings } from '../queries/bindings.ts';
import { labelSql } from '../queries/label.ts';
import { scopeSql } from '../queries/scope.ts';
import { type Product, whereSql } from '../queries/where.ts';
import { statementSettings } from '../render/statement-settings.ts';
import { coreLicences } from './core-licences.ts';
import { coreSum } from './core-sum.ts';
import { isCappedByMonth, vmAmountSql } from './vm-amounts.ts';
import { vmCappedByMonth } from './vm-capped-by-month.ts';
import { vmCount } from './vm-count.ts';
import { vmSums } from './vm-sums.ts';
import { vsanRawAddon } from './vsan-raw-addon.ts';
import { vsanUsedAverage } from './vsan-used-average.ts';

/** How much of a rule there is at a place: numerators, not divided yet. */
export interface RuleUsage {
  readonly rule: Rule;
  /** Of the meter. */
  readonly total: bigint;
  /** By what the Customer column shows; only of rules that are taken from machines. */
  readonly byCustomer: ReadonlyMap<string, bigint>;
}

export interface UsageQuestion {
  readonly lane: EngineLane;
  readonly meterId: string;
  readonly month: Month;
  readonly place: Place;
  readonly products: readonly Product[];
}

const meterSql = `''`;

/**
 * The usage of every rule of a place, but for those that one meter cannot tell (`overage-core-hours`). One statement after
 * another: a rule set may have hundreds of rules, and the lane has other work.
 */
export async function usageOfPlace(question: UsageQuestion): Promise<readonly RuleUsage[]> {
  const { rules } = question.place;
  const addsUp = (rule: Rule) => vmAmountSql(rule, rules) !== undefined && !isCappedByMonth(rule, rules);
  const known = new Map<Rule, RuleUsage>();
  for (const usage of await sumsOf(rules.rules.filter(addsUp), question)) known.set(usage.rule, usage);
  for (const rule of rules.rules)
    if (!addsUp(rule) && rule.measure !== 'overage-core-hours')
      known.set(rule, await usageOf(rule, question));
  return rules.rules.flatMap((rule) => known.get(rule) ?? []);
}

async function sumsOf(rules: readonly Rule[], question: UsageQuestion): Promise<readonly RuleUsage[]> {
  if (rules.length === 0) return [];
  const bindings = createBindings();
  const asked = rules.map((rule) => ({
    amount: vmAmountSql(rule, question.place.rules)!,
    taken: takenSql(rule, question, bindings),
  }));
  const rows = await ask(question, vmSums(scopeOf(question, bindings), labelSql, asked), bindings);
  return rules.map((rule, place) => {
    const byCustomer = new Map(rows.map((row) => [row.label!, BigInt(row[`r${place}`]!)]));
    return { rule, total: byCustomer.values().reduce((sum, own) => sum + own, 0n), byCustomer };
  });
}

async function usageOf(rule: Rule, question: UsageQuestion): Promise<RuleUsage> {
  if (MEASURES[rule.measure] !== 'vm')
    return { rule, total: await numerator(rule, question), byCustomer: new Map() };
  const byMeter = await machinesBy(meterSql, rule, question);
  return { rule, total: byMeter.get('') ?? 0n, byCustomer: await machinesBy(labelSql, rule, question) };
}

/** Rules by machine do not add up over customers: a machine that changed hands counts once for the meter. */
async function machinesBy(
  label: string,
  rule: Rule,
  question: UsageQuestion,
): Promise<ReadonlyMap<string, bigint>> {
  const bindings = createBindings();
  const taken = takenSql(rule, question, bindings);
  const scope = scopeOf(question, bindings);
  const most = bindings.bind('String', String(BigInt(CAP_HALF_MIB) * BigInt(question.month.seconds)));
  const sql =
    rule.measure === 'vm-count'
      ? vmCount(scope, label, taken)
      : vmCappedByMonth(scope, label, vmAmountSql(rule, question.place.rules)!, taken, most);
  const rows = await ask(question, sql, bindings);
  return new Map(rows.map((row) => [row.label!, BigInt(row.numerator!)]));
}

async function numerator(rule: Rule, question: UsageQuestion): Promise<bigint> {
  const bindings = createBindings();
  const scope = scopeOf(question, bindings);
  const taken = takenSql(rule, question, bindings);
  const [row] = await ask(question, statementOf(rule, question, scope, taken, bindings), bindings);
  return BigInt(row?.numerator ?? 0);
}

function statementOf(
  rule: Rule,
  { place }: UsageQuestion,
  scope: string,
  taken: string,
  { bind }: Bindings,
): string {
  switch (rule.measure) {
    case 'core-average':
      return coreSum(scope, taken, 0);
    case 'core-hours':
      return coreSum(scope, taken, place.rules.coreFloorPerSocket);
    case 'core-licences':
      return coreLicences(scope, taken);
    case 'vsan-used-average':
      return vsanUsedAverage(scope, taken);
    case 'vsan-raw-addon': {
      const entitled = decimalRatio(rule.entitledTibPerCore ?? '0');
      return vsanRawAddon(scope, taken, {
        numerator: bind('Int256', entitled.numerator),
        denominator: bind('Int256', entitled.denominator),
        addon: rule.addon ?? 'difference',
      });
    }
    default:
      throw new RangeError(`no statement answers ${rule.measure}`);
  }
}

function scopeOf({ meterId, place }: UsageQuestion, bindings: Bindings): string {
  return scopeSql(meterId, place.ranges, bindings);
}

function takenSql(rule: Rule, { products }: UsageQuestion, bindings: Bindings): string {
  return whereSql(rule.where, products, bindings);
}

function ask(
  { lane }: UsageQuestion,
  sql: string,
  { values }: Bindings,
): Promise<Readonly<Record<string, string>>[]> {
  return lane.rows(`${sql}\n${statementSettings}`, values);
}
