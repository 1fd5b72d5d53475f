/** The rule sets that come with the house. Read once, at the first use of this module; a fault in them stops the start. */
import { readFileSync } from 'node:fs';
import { loadRuleSet } from './load.ts';
import type { RuleSet } from './rule-set.ts';

export type ShippedRuleSet = 'flex' | 'cores' | 'plain';

export const SHIPPED_RULE_SETS: { readonly [name in ShippedRuleSet]: RuleSet } = Object.freeze({
  flex: shipped('flex'),
  cores: shipped('cores'),
  plain: shipped('plain'),
});

function shipped(name: ShippedRuleSet): RuleSet {
  const file = new URL(`./${name}.yaml`, import.meta.url);
  return loadRuleSet(readFileSync(file, 'utf8'), `${name}.yaml`);
}
