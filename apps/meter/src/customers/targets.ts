/** Which rules point at a place. A target is an id of the product, or a path from the top that begins with `/`. */
import type { Place } from '../inventory/index.ts';
import type { Places } from './nearest.ts';
import type { Rule } from './rules.ts';

/** The product that rules are applied in. */
export interface RuledProduct {
  /** Its instance UUID, lower case. */
  readonly id: string;
  /** Its name in the settings. */
  readonly name: string;
}

export interface Targets {
  /** Rules of Cloud Director, which win over all others. */
  readonly directed: boolean;
  /** Rules at exactly this place, in the order in which they win. */
  at(place: Place, places: Places): readonly Rule[];
  /** Rules for the product as a whole. */
  readonly whole: readonly Rule[];
}

const NONE: readonly Rule[] = Object.freeze([]);
export const isDirected = ({ productType }: Rule) => productType === 'VCD';

/** True when the rule speaks of this product. A Cloud Director spreads over products, so its rules speak of each. */
export function isOf(rule: Rule, product: RuledProduct): boolean {
  return isDirected(rule) || rule.productId === product.name || rule.productId.toLowerCase() === product.id;
}

/** The rules of one product, by where they point. @param rules in the order in which they win */
export function targetsOf(rules: readonly Rule[], product: RuledProduct): Targets {
  const own = rules.filter((rule) => isOf(rule, product));
  const byId = new Map<string, Rule[]>();
  const byLastName = new Map<string, { rule: Rule; names: readonly string[] }[]>();
  for (const rule of own) {
    const names = namesOfPath(rule.targetId);
    if (names === undefined) push(byId, rule.targetId, rule);
    else if (names.length > 0) push(byLastName, names.at(-1)!, { rule, names });
  }
  return {
    directed: own.some(isDirected),
    whole: own.filter((rule) => isWhole(rule, product)),
    at(place, places) {
      const named = byId.get(place.id);
      const ending = byLastName.get(plainName(place.name));
      if (named === undefined && ending === undefined) return NONE;
      const found = (named ?? []).filter(({ targetType }) => targetType === place.type);
      const led = (ending ?? [])
        .filter(({ rule, names }) => rule.targetType === place.type && leadsTo(names, place, places))
        .map(({ rule }) => rule);
      if (led.length === 0) return found;
      // Either way of naming a place is as good as the other: the order of the rules decides.
      return own.filter((rule) => found.includes(rule) || led.includes(rule));
    },
  };
}

/** A rule at the product itself, which need not be a place of its tree. */
function isWhole({ productType, targetType, targetId }: Rule, product: RuledProduct): boolean {
  return (
    productType !== 'VCD' &&
    targetType === 'vCenter' &&
    (targetId === '/' || targetId === product.name || targetId.toLowerCase() === product.id)
  );
}

/** The names of a path from the top; undefined when it is none. A `/` in a name is `%2f`, as vCenter shows it. */
export function namesOfPath(target: string): readonly string[] | undefined {
  if (!target.startsWith('/')) return undefined;
  return target
    .split('/')
    .filter((name) => name !== '')
    .map(plainName);
}

/** True when the names, from the top down, are those of the place and of all above it but the root, which has none worth saying. */
function leadsTo(names: readonly string[], place: Place, places: Places): boolean {
  let current: Place | undefined = place;
  for (let at = names.length - 1; at >= 0; at -= 1) {
    if (current === undefined || plainName(current.name) !== names[at]) return false;
    current = current.parent === undefined ? undefined : places.get(current.parent);
  }
  return current === undefined || current.parent === undefined;
}

/** vCenter escapes what would part a path; other products do not. */
function plainName(name: string): string {
  return name.includes('%') ? name.replaceAll(/%2f/gi, '/') : name;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}
