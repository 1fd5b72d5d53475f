/**
 * What the rules do to the inventory as it is now. Every row is told, one after the other: nothing is cut, and nothing of the
 * rows is kept.
 */
import type { HostState, MachineState, Place } from '../inventory/index.ts';
import { matchingRules } from './labels.ts';
import type { Rule } from './rules.ts';
import { isDirected, isOf, type RuledProduct, type Targets, targetsOf } from './targets.ts';

/** A product and what it consists of: an Inventory, or whatever goes through the same things one by one. */
export interface AuditedProduct {
  readonly product: RuledProduct;
  readonly inventory: {
    readonly machines: Iterable<MachineState>;
    readonly hosts: Iterable<HostState>;
    readonly places: Iterable<Place>;
  };
}

export type AuditKind = 'mapped' | 'unmapped' | 'overlapping' | 'targetless';

/** Of `overlapping`, one row for each rule that loses; of `targetless`, one for each rule. */
export interface AuditRow {
  readonly kind: AuditKind;
  /** Name in the settings; of a targetless rule, what it names. */
  readonly product: string;
  readonly machine?: MachineState;
  /** The rule that applies, or that has no target. */
  readonly rule?: Rule;
  /** The rule that would apply without it. */
  readonly losing?: Rule;
  /** Of a targetless rule. */
  readonly reason?: 'product-not-known' | 'target-not-there' | 'target-of-another-type';
}

/** @param rules as `allRules` gives them */
export function* auditRules(
  rules: readonly Rule[],
  audited: Iterable<AuditedProduct>,
): Generator<AuditRow, void, undefined> {
  /** Rules without a target so far, and the best reason. */
  const lost = new Map<Rule, AuditRow['reason'] & string>(rules.map((rule) => [rule, 'product-not-known']));
  for (const { product, inventory } of audited) {
    const targets = targetsOf(rules, product);
    const places = byId(inventory.places);
    const hosts = byId(inventory.hosts);
    seekTargets(rules, product, targets, places, lost);
    for (const machine of inventory.machines) yield* rowsOf(product, targets, machine, hosts, places);
  }
  for (const [rule, reason] of lost) yield { kind: 'targetless', product: rule.productId, rule, reason };
}

function byId<Thing extends { readonly id: string }>(things: Iterable<Thing>): ReadonlyMap<string, Thing> {
  const map = new Map<string, Thing>();
  for (const thing of things) map.set(thing.id, thing);
  return map;
}

function* rowsOf(
  product: RuledProduct,
  targets: Targets,
  machine: MachineState,
  hosts: ReadonlyMap<string, HostState>,
  places: ReadonlyMap<string, Place>,
): Generator<AuditRow, void, undefined> {
  const host = machine.host === undefined ? undefined : hosts.get(machine.host);
  const [rule, ...losers] = matchingRules(targets, machine, host, places);
  if (rule === undefined) {
    yield { kind: 'unmapped', product: product.name, machine };
    return;
  }
  yield { kind: 'mapped', product: product.name, machine, rule };
  for (const losing of losers) yield { kind: 'overlapping', product: product.name, machine, rule, losing };
}

/** Takes the rules off `lost` whose target is there. */
function seekTargets(
  rules: readonly Rule[],
  product: RuledProduct,
  targets: Targets,
  places: ReadonlyMap<string, Place>,
  lost: Map<Rule, AuditRow['reason'] & string>,
): void {
  for (const rule of targets.whole) lost.delete(rule);
  for (const place of places.values()) for (const rule of targets.at(place, places)) lost.delete(rule);
  for (const rule of rules) {
    // Of a Cloud Director nothing tells whether we know it, but its objects.
    if (!lost.has(rule) || !isOf(rule, product) || isDirected(rule)) continue;
    lost.set(rule, places.has(rule.targetId) ? 'target-of-another-type' : 'target-not-there');
  }
}

export const AUDIT_COLUMNS = [
  'Kind',
  'Product',
  'VM',
  'Name',
  'Customer',
  'Rule',
  'Source',
  'Target Type',
  'Target',
  'Losing Customer',
  'Losing Rule',
  'Losing Source',
  'Losing Target Type',
  'Losing Target',
  'Reason',
] as const;

/** A row as cells, one for each of AUDIT_COLUMNS; empty where it has nothing to say. Never a tab or a line feed within. */
export function auditCells({ kind, product, machine, rule, losing, reason }: AuditRow): readonly string[] {
  const told = (one: Rule | undefined) =>
    one === undefined
      ? ['', '', '', '', '']
      : [one.name, String(one.id), one.source, one.targetType, one.targetId];
  return [
    kind,
    product,
    machine?.uuid ?? '',
    machine?.name ?? '',
    ...told(rule),
    ...told(losing),
    reason ?? '',
  ].map(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what would forge a column or a row
    (cell) => cell.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' '),
  );
}

/** Lines of TSV, the header first, each with its line feed. */
export function* auditTsv(rows: Iterable<AuditRow>): Generator<string, void, undefined> {
  yield `${AUDIT_COLUMNS.join('\t')}\n`;
  for (const row of rows) yield `${auditCells(row).join('\t')}\n`;
}
