/**
 * A rule set: what is billed in which month, as dated data. Nothing here computes; measures do, under the parameters that
 * are in force in a month. A month is written `2023-01`; `from` is the first one a thing holds in, `until` the first one in
 * which it holds no more, left out while it has no end. So things change only at a month's start.
 */
import { Code, Month } from '@meterhouse/contract';
import Type, { type Static } from 'typebox';
import { canonicalDigest } from '../package/canonical.ts';
import { MEASURES, type Measure } from './measure.ts';
import { Where } from './where.ts';

const Strict = { additionalProperties: false } as const;
const Dated = { from: Month, until: Type.Optional(Month) };
const decimal = Type.String({ pattern: '^-?(0|[1-9]\\d*)(\\.\\d+)?$' });
const printed = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
});

/** How to count where nothing public settles it. A parameter with one value is named so that a change of mind has a date. */
export const Parameters = Type.Object(
  {
    ...Dated,
    /** Where 24 GB is the most that is billed of a VM. */
    cap: Type.Enum(['each-instant', 'monthly-average', 'none']),
    /** Cores that a socket counts as at least in core-hours and their overage: 0 for as many as it has, or 16. */
    coreFloorPerSocket: Type.Enum(['0', '16']),
    /** 3 decimals, half away from zero. */
    rounding: Type.Enum(['half-away-3']),
    /** Whose licence key a host's hour counts under. */
    hostHour: Type.Enum(['last-running-span']),
    /** Which hour stands for the month in core-licences and vsan-raw-addon. */
    peak: Type.Enum(['highest-hour']),
  },
  Strict,
);

export const Rule = Type.Object(
  {
    sku: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
    product: printed,
    unit: printed,
    measure: Type.Enum(Object.keys(MEASURES) as Measure[]),
    where: Where,
    /** Per unit, a decimal. */
    points: decimal,
    /** Of vsan-raw-addon only, and there required. */
    entitledTibPerCore: Type.Optional(Type.String({ pattern: '^(0|[1-9]\\d*)(\\.\\d+)?$' })),
    addon: Type.Optional(Type.Enum(['difference', 'all-once-above'])),
    ...Dated,
  },
  Strict,
);

export const RuleSet = Type.Object(
  {
    name: Code,
    version: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}(\\.\\d+)?$' }),
    parameters: Type.Array(Parameters, { minItems: 1 }),
    rules: Type.Array(Rule, { minItems: 1 }),
  },
  Strict,
);

export type Parameters = Readonly<Static<typeof Parameters>>;
export type Rule = Readonly<Omit<Static<typeof Rule>, 'where'>> & { readonly where: Where };
export type RuleSet = Readonly<Omit<Static<typeof RuleSet>, 'rules' | 'parameters'>> & {
  readonly parameters: readonly Parameters[];
  readonly rules: readonly Rule[];
};

/** What a rule set says for one month. */
export interface RulesOfMonth {
  readonly name: string;
  readonly version: string;
  readonly cap: Parameters['cap'];
  readonly coreFloorPerSocket: number;
  readonly rules: readonly Rule[];
}

/** The rules and parameters in force in a month. Throws a RangeError for a month before the first parameters. */
export function rulesInForce(ruleSet: RuleSet, month: string): RulesOfMonth {
  const parameters = ruleSet.parameters.find((dated) => inForce(dated, month));
  if (!parameters) throw new RangeError(`rule set ${ruleSet.name} has no parameters for ${month}`);
  return {
    name: ruleSet.name,
    version: ruleSet.version,
    cap: parameters.cap,
    coreFloorPerSocket: Number(parameters.coreFloorPerSocket),
    rules: ruleSet.rules.filter((dated) => inForce(dated, month)),
  };
}

/** Whether two dated things hold in a common month. */
export function overlap(a: Dated, b: Dated): boolean {
  return (a.until === undefined || b.from < a.until) && (b.until === undefined || a.from < b.until);
}

/** SHA-256 of the rule set's canonical JSON: it says which rules a report was made by. */
export function ruleSetDigest(ruleSet: RuleSet): string {
  return canonicalDigest(ruleSet);
}

export interface Dated {
  readonly from: string;
  readonly until?: string;
}

function inForce({ from, until }: Dated, month: string): boolean {
  return from <= month && (until === undefined || month < until);
}
