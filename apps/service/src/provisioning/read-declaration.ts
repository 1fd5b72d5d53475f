import { readFileSync, statSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { describeFaults } from '../platform/http/index.ts';
import { faultsWithin } from './consistency.ts';
import { Declaration } from './declaration.ts';

export interface DeclarationFault {
  readonly line: number;
  /** Where: `organisations/0/apiTokens/1/value`; empty for the file as a whole. */
  readonly place: string;
  readonly message: string;
}

/** Everything that is wrong with the provisioning file, with its lines; nothing of it was applied. */
export class DeclarationFaults extends Error {
  readonly faults: readonly DeclarationFault[];
  constructor(file: string, faults: readonly DeclarationFault[]) {
    const lines = faults.map(
      ({ line, place, message }) => `  ${file}:${line}: ${place ? `${place} ` : ''}${message}`,
    );
    super(
      `The provisioning file has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`,
    );
    this.name = 'DeclarationFaults';
    this.faults = faults;
  }
}

const check = new Ajv({ allErrors: true, verbose: true, strictTypes: false, keywords: ['x-fault'] }).compile(
  Declaration,
);

/** A pointer such as `/organisations/0/name` and what is wrong there. */
export interface PlacedFault {
  readonly pointer: string;
  readonly message: string;
}
export interface ReadDeclaration {
  readonly declaration: Declaration;
  /** Turns faults found while applying into the file's own. */
  faultsAt(faults: readonly PlacedFault[]): DeclarationFaults;
}

/**
 * Reads and checks the provisioning file whole: its YAML, its shape, what its parts say of each other, its secrets, and who
 * may read it.
 *
 * @throws DeclarationFaults naming all of them
 */
export function readDeclaration(file: string, environment: NodeJS.ProcessEnv): ReadDeclaration {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    throw new DeclarationFaults(
      file,
      document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, place: '', message })),
    );
  const faultsAt = (faults: readonly PlacedFault[]) =>
    new DeclarationFaults(
      file,
      faults
        .map(({ pointer, message }) => ({
          line: lineOf(document, lines, pointer),
          place: pointer.slice(1),
          message: unquoted(document, pointer, message),
        }))
        .sort((a, b) => a.line - b.line),
    );

  const value: unknown = document.toJS() ?? {};
  if (!check(value)) throw faultsAt(describeFaults(check.errors ?? []));
  const declaration = value as Declaration;
  const open = (statSync(file).mode & 0o077) !== 0;
  const faults = faultsWithin(declaration, { file, environment, open });
  if (faults.length > 0) throw faultsAt(faults);
  return { declaration, faultsAt };
}

const stepsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** The line of what the pointer names; of what is missing, the line of what it is missing from. */
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

/** YAML takes 1012345 for a number; a person reads text. */
function unquoted(document: Document, pointer: string, message: string): string {
  const node = document.getIn(stepsOf(pointer), true);
  const quoted = isScalar(node) && typeof node.value !== 'string' && message.startsWith('must be text');
  return quoted ? `must be text: put it in quotes` : message;
}
