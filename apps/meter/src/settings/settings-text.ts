/** `meter.yaml` as a document: where each place of it stands, and what it says. */

import type { TSchema } from 'typebox';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { propertiesOf } from './file-shape.ts';

export interface SettingsText {
  readonly document: Document;
  /** The line of what the pointer names; of what is missing, the line of what it is missing from. */
  lineOf(pointer: string): number;
  /** True when YAML took a number or truth value for what a person meant as text. */
  lacksQuotes(pointer: string): boolean;
}

/** @returns the document, or what is wrong with its YAML, each with its line */
export function parseSettings(
  text: string,
): { readonly parsed: SettingsText } | { readonly faults: readonly { line: number; message: string }[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return {
      faults: document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message })),
    };
  return {
    parsed: {
      document,
      lineOf: (pointer) => lineOf(document, lines, pointer),
      lacksQuotes(pointer) {
        const node = document.getIn(stepsOf(pointer), true);
        return isScalar(node) && node.value !== null && typeof node.value !== 'string';
      },
    },
  };
}

export const stepsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function lineOf(document: Document, lines: LineCounter, pointer: string): number {
  for (let steps = stepsOf(pointer); steps.length > 0; steps = steps.slice(0, -1)) {
    const parent = document.getIn(steps.slice(0, -1), true);
    const last = steps.at(-1);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === last)
      : undefined;
    const node = pair?.key ?? document.getIn(steps, true);
    if (isNode(node) && (node as Node).range) return lines.linePos((node as Node).range![0]).line;
  }
  return 1;
}

/** A section whose lines are all comments reads as null and says nothing; what is null and not known stays, to be refused. */
export function withoutNothing(value: unknown, shape: TSchema): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { items } = shape as { items?: TSchema };
  if (Array.isArray(value))
    return items === undefined ? value : value.map((one) => withoutNothing(one, items));
  const known = propertiesOf(shape);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => one !== null || !Object.hasOwn(known, name))
      .map(([name, one]) => [
        name,
        name in known ? withoutNothing(one, known[name] as unknown as TSchema) : one,
      ]),
  );
}
