/** What the reports of one meter and month are made from, and its cut by contract and site. */
import type { ClusterRecord, HostRecord, SliceStatus, VmRecord } from '@meterhouse/contract';
import { type Covered, compareCovered } from '../measures/compare-covered.ts';
import { coverage, type HourCoverage, type ProductLife } from '../measures/coverage.ts';
import type { Ratio } from '../measures/decimal.ts';
import type { Month } from '../measures/month.ts';
import { type ClusterSpan, type HostSpan, spanOf, type VmSpan } from '../measures/spans.ts';
import { type RuleSet, type RulesOfMonth, rulesInForce } from '../rules/rule-set.ts';

export interface MeteredProduct extends ProductLife {
  readonly id: string;
  readonly type: string;
}

/** One (product, hour) as a package brought it. */
export interface Slice {
  readonly product: string;
  readonly hour: number;
  readonly status: SliceStatus;
  /** Of a partial hour, in Unix seconds. */
  readonly covered?: Covered;
  readonly vms: readonly VmRecord[];
  readonly hosts: readonly HostRecord[];
  readonly clusters: readonly ClusterRecord[];
}

/** What a meter is billed under from an hour to an hour, `null` without limit. They do not overlap. */
export interface Assignment {
  readonly from: number | null;
  readonly until: number | null;
  /** Empty for none. */
  readonly contract: string;
  readonly site: string;
}

export interface MeterMonth {
  readonly month: Month;
  /** Unix seconds: how far hours are expected in a month that still runs. */
  readonly now: number;
  readonly products: readonly MeteredProduct[];
  /** In the order in which they were taken; those of other months are passed over. */
  readonly slices: Iterable<Slice>;
  readonly assignments: readonly Assignment[];
  /** By contract number. */
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  /** For the hours without a contract. */
  readonly withoutContract: RuleSet;
}

/** The usage under one contract and site. */
export interface Share {
  readonly contract: string;
  readonly site: string;
  readonly rules: RulesOfMonth;
  readonly vms: VmSpan[];
  readonly hosts: HostSpan[];
  readonly clusters: ClusterSpan[];
}

const RANK: { readonly [status in SliceStatus]: number } = { unreachable: 0, partial: 1, collected: 2 };

/**
 * Each slice once: unreachable may be raised to partial, partial to one that covers more and to collected; of those that say
 * as much the first is kept.
 */
export function currentSlices({ slices, month }: Pick<MeterMonth, 'slices' | 'month'>): readonly Slice[] {
  const current = new Map<string, Slice>();
  for (const slice of slices) {
    if (slice.hour < month.first || slice.hour >= month.last) continue;
    const key = `${slice.product} ${slice.hour}`;
    const known = current.get(key);
    if (known === undefined || saysMore(slice, known)) current.set(key, slice);
  }
  return [...current.values()];
}

function saysMore(slice: Slice, known: Slice): boolean {
  const step = RANK[slice.status] - RANK[known.status];
  return step === 0 ? compareCovered(slice.covered ?? [], known.covered ?? []) === 'more' : step > 0;
}

/** Cuts a month by contract and site. Throws a RangeError for a slice of an unknown product or a contract without rules. */
export function sharesOf(input: MeterMonth): readonly Share[] {
  const types = new Map(input.products.map(({ id, type }) => [id, type]));
  const shares = new Map<string, Share>();
  for (const slice of currentSlices(input)) {
    const type = types.get(slice.product);
    if (type === undefined) throw new RangeError(`product ${slice.product} is not among the meter's`);
    const share = shareOf(shares, input, slice.hour);
    for (const record of slice.vms) share.vms.push(spanOf(record, type));
    for (const record of slice.hosts) share.hosts.push(spanOf(record, type));
    for (const record of slice.clusters) share.clusters.push(spanOf(record, type));
  }
  return [...shares.values()];
}

/** Missing product-hours of the meter. */
export function missingHours(input: MeterMonth): Ratio {
  const hours = new Map(input.products.map(({ id }) => [id, [] as HourCoverage[]]));
  for (const { product, hour, status, covered = [] } of currentSlices(input)) {
    const entry: HourCoverage = status === 'partial' ? { hour, status, covered } : { hour, status };
    hours.get(product)?.push(entry);
  }
  let missing = 0;
  for (const product of input.products)
    missing += coverage(product, hours.get(product.id) ?? [], input.month, input.now).missing;
  return { numerator: BigInt(missing), denominator: 3600n };
}

function shareOf(shares: Map<string, Share>, input: MeterMonth, hour: number): Share {
  const assignment = input.assignments.find(
    ({ from, until }) => (from === null || from <= hour) && (until === null || hour < until),
  );
  const { contract = '', site = '' } = assignment ?? {};
  const key = `${contract}\t${site}`;
  const known = shares.get(key);
  if (known !== undefined) return known;
  const ruleSet = contract === '' ? input.withoutContract : input.ruleSets.get(contract);
  if (ruleSet === undefined) throw new RangeError(`contract ${contract} has no rule set`);
  const share = {
    contract,
    site,
    rules: rulesInForce(ruleSet, input.month.name),
    vms: [],
    hosts: [],
    clusters: [],
  };
  shares.set(key, share);
  return share;
}
