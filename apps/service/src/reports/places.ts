import { type Month, type RuleSet, type RulesOfMonth, rulesInForce } from '@meterhouse/metering';
import type { HourRange } from './queries/scope.ts';

/** The hours of a month that a meter is billed under one contract and site, and by which rules. Rows never cross places. */
export interface Place {
  /** Empty for none. */
  readonly contract: string;
  readonly site: string;
  readonly rules: RulesOfMonth;
  readonly ranges: readonly HourRange[];
}

/** What a meter is billed under in a part of a month, as the registry tells it. */
export interface Assignment extends HourRange {
  readonly contract?: { readonly number: string; readonly ruleSet: string };
  readonly site?: { readonly name: string };
}

export type RuleSets = Readonly<Record<string, RuleSet>>;

/** Without a contract. */
const PLAIN = 'plain';

/**
 * The places of a month, by contract and site, in the order in which they first hold. Hours without an assignment are without
 * a contract: usage that nobody assigned must show all the same.
 *
 * @throws RangeError for a rule set that is not there or does not reach the month
 */
export function placesOf(
  assignments: readonly Assignment[],
  ruleSets: RuleSets,
  month: Month,
): readonly Place[] {
  const groups = Map.groupBy(
    [...assignments, ...unassigned(assignments, month)],
    ({ contract, site }) => `${contract?.number ?? ''}\t${site?.name ?? ''}`,
  );
  return [...groups.values()].map((own) => {
    const { contract, site } = own[0]!;
    const name = contract?.ruleSet ?? PLAIN;
    const ruleSet = Object.hasOwn(ruleSets, name) ? ruleSets[name] : undefined;
    if (ruleSet === undefined)
      throw new RangeError(`contract ${contract?.number} names the rule set ${name}, which is not there`);
    return {
      contract: contract?.number ?? '',
      site: site?.name ?? '',
      rules: rulesInForce(ruleSet, month.name),
      ranges: joined(own),
    };
  });
}

/** The hours whose rules cap each instant. */
export function cappedHours(places: readonly Place[]): readonly HourRange[] {
  const capped = places.filter(({ rules }) => rules.cap === 'each-instant').flatMap(({ ranges }) => ranges);
  return joined(capped);
}

/** The same hours in as few ranges as possible. */
function joined(ranges: readonly HourRange[]): readonly HourRange[] {
  const result: HourRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last?.until === range.from) result[result.length - 1] = { from: last.from, until: range.until };
    else result.push({ from: range.from, until: range.until });
  }
  return result;
}

function unassigned(assignments: readonly Assignment[], month: Month): readonly Assignment[] {
  const gaps: HourRange[] = [];
  let from = month.first;
  for (const range of joined([...assignments, { from: month.last, until: month.last }])) {
    if (range.from > from) gaps.push({ from, until: range.from });
    from = range.until;
  }
  return gaps;
}
