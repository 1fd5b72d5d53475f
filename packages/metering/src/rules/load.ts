/** Reads a rule set from YAML, strictly, and tells every fault with its line. */
import { Compile } from 'typebox/compile';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { schemaFaults } from '../schema-faults.ts';
import { FILTERS_OF, MEASURES } from './measure.ts';
import { overlap, type Rule, RuleSet } from './rule-set.ts';
import type { WhereField } from './where.ts';

export interface RuleSetFault {
  /** From 1. */
  readonly line: number;
  /** RFC 6901 into the document. */
  readonly pointer: string;
  readonly message: string;
}

/** A rule set that cannot be used; `faults` has all that is wrong with it. */
export class RuleSetError extends Error {
  readonly faults: readonly RuleSetFault[];

  constructor(file: string, faults: readonly RuleSetFault[]) {
    super(
      faults
        .map(({ line, pointer, message }) => `${file}:${line}: ${pointer ? `${pointer}: ` : ''}${message}`)
        .join('\n'),
    );
    this.name = 'RuleSetError';
    this.faults = faults;
  }
}

const schema = Compile(RuleSet);

/** Reads the text of a rule set; `file` is only named in errors. Throws RuleSetError. */
export function loadRuleSet(text: string, file: string): RuleSet {
  const lines = new LineCounter();
  // The failsafe schema has no numbers: `points: 0.1` stays the decimal that was written, never a binary fraction.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: true,
    strict: true,
  });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    throw new RuleSetError(
      file,
      broken.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        pointer: '',
        message: error.message.split('\n')[0] ?? '',
      })),
    );

  const lineOf = (pointer: string): number => {
    const path = pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    // What is missing has no place of its own; then the thing that lacks it has.
    for (; ; path.pop()) {
      const node = document.getIn(
        path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
        true,
      );
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      if (path.length === 0) return 1;
    }
  };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const faults: RuleSetFault[] = [];
  const fault = (pointer: string, message: string) =>
    faults.push({ line: lineOf(pointer), pointer, message });
  for (const { pointer, message } of schemaFaults(schema, value)) fault(pointer, message);
  if (schema.Check(value)) checkRuleSet(value as RuleSet, fault);
  if (faults.length > 0) throw new RuleSetError(file, faults);
  return deepFreeze(value as RuleSet);
}

type Fault = (pointer: string, message: string) => void;

/** What a schema cannot say. */
function checkRuleSet(ruleSet: RuleSet, fault: Fault): void {
  for (const list of ['parameters', 'rules'] as const)
    for (const [index, { from, until }] of ruleSet[list].entries())
      if (until !== undefined && until <= from)
        fault(
          `/${list}/${index}/until`,
          'must be after from: it is the first month in which this holds no more',
        );
  for (const [index, parameters] of ruleSet.parameters.entries())
    if (ruleSet.parameters.slice(0, index).some((other) => overlap(other, parameters)))
      fault(`/parameters/${index}`, 'holds in a month that has parameters already');
  for (const [index, rule] of ruleSet.rules.entries()) {
    checkRule(rule, (pointer, message) => fault(`/rules/${index}${pointer}`, message));
    const twin = ruleSet.rules
      .slice(0, index)
      .some((other) => other.sku === rule.sku && other.product === rule.product && overlap(other, rule));
    if (twin)
      fault(
        `/rules/${index}/sku`,
        'another rule of the same months has this SKU and product; their rows could not be told apart',
      );
    if (
      !ruleSet.parameters.some(
        (dated) => dated.from <= rule.from && (dated.until === undefined || rule.from < dated.until),
      )
    )
      fault(`/rules/${index}/from`, 'no parameters hold in this month');
  }
}

function checkRule(rule: Rule, fault: Fault): void {
  const kind = MEASURES[rule.measure];
  for (const field of Object.keys(rule.where) as WhereField[])
    if (!FILTERS_OF[kind].includes(field))
      fault(`/where/${field}`, `${rule.measure} is taken from ${kind} records, which have no ${field}`);
  const addon = rule.measure === 'vsan-raw-addon';
  for (const field of ['entitledTibPerCore', 'addon'] as const)
    if (addon !== (rule[field] !== undefined))
      fault(
        rule[field] === undefined ? '' : `/${field}`,
        addon ? `vsan-raw-addon needs ${field}` : `only vsan-raw-addon has ${field}`,
      );
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(Object.freeze(value))) deepFreeze(part);
  return value;
}
