export * from './load.ts';
export * from './measure.ts';
export {
  type Parameters,
  type Rule,
  RuleSet,
  type RulesOfMonth,
  ruleSetDigest,
  rulesInForce,
} from './rule-set.ts';
export * from './shipped.ts';
export { type Filtered, matches, Where, type WhereField } from './where.ts';
