import { count } from '../terminal/numbers.ts';
import { plain } from '../terminal/plain.ts';
import { bold, dim, green, red, yellow } from '../terminal/style.ts';
import type { FieldChange, Plan, Step } from './plan.ts';

const SIGN = { create: green('+'), change: yellow('~'), delete: red('-') };

/** The plan as people read it. */
export function planLines({ steps, unchanged, warnings }: Plan): string[] {
  const lines: string[] = [];
  let organisation: string | undefined;
  for (const step of steps) {
    if (step.organisation !== organisation) lines.push(bold(plain(step.organisation)));
    organisation = step.organisation;
    lines.push(
      `  ${SIGN[step.action]} ${stepWords(step)}`,
      ...step.fields.map((field) => fieldLine(step, field)),
    );
  }
  if (unchanged > 0) lines.push(dim(`  = ${count(unchanged)} unchanged`));
  lines.push(...warnings.map((warning) => `  ${yellow('!')} ${plain(warning)}`), summary(steps));
  return lines;
}

/** `create contract 1012345` without the verb. */
export const stepWords = ({ kind, name }: Step) => plain(`${kind} ${name}`);

function fieldLine({ action }: Step, { field, from, to }: FieldChange): string {
  return plain(
    action === 'create'
      ? `      ${field}: ${valueWords(to)}`
      : `      ${field}: ${valueWords(from)} → ${valueWords(to)}`,
  );
}

function valueWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'object' && 'quantity' in value && 'unit' in value)
    return `${value.quantity} ${value.unit}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function summary(steps: readonly Step[]): string {
  if (steps.length === 0) return 'Nothing to change.';
  const of = (action: Step['action']) => count(steps.filter((step) => step.action === action).length);
  return `Plan: ${of('create')} to create, ${of('change')} to change, ${of('delete')} to delete.`;
}

/** The plan for scripts. */
export function planJson({ steps, unchanged, warnings }: Plan) {
  const changes = steps.map(({ action, organisation, kind, name, fields }) => ({
    action,
    organisation,
    kind,
    name,
    fields: fields.map(({ field, from, to }) => ({ field, from: from ?? null, to: to ?? null })),
  }));
  return { changes, unchanged, warnings };
}
