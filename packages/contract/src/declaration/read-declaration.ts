import { Ajv } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { describeFaults } from '../describe-faults.ts';
import type { Declaration } from './declaration.ts';
import { namedTwice } from './named-twice.ts';

export interface DeclarationFault {
  readonly line: number;
  /** Where: `organisations/0/apiTokens/1/value`; empty for the file as a whole. */
  readonly place: string;
  readonly message: string;
}

/** The file that faults are told of. */
export interface DeclarationFile {
  readonly name: string;
  /** What people call it: `provisioning file`. */
  readonly kind: string;
}

/** Everything that is wrong with a declaration, with its lines; nothing of it was applied. */
export class DeclarationFaults extends Error {
  readonly faults: readonly DeclarationFault[];
  constructor({ name, kind }: DeclarationFile, faults: readonly DeclarationFault[]) {
    const lines = faults.map(
      ({ line, place, message }) => `  ${name}:${line}: ${place ? `${place} ` : ''}${message}`,
    );
    super(
      `The ${kind} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`,
    );
    this.name = 'DeclarationFaults';
    this.faults = faults;
  }
}

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false, keywords: ['x-fault'] });

/** A pointer such as `/organisations/0/name` and what is wrong there. */
export interface PlacedFault {
  readonly pointer: string;
  readonly message: string;
}
export interface ReadDeclaration<Declared> {
  readonly declaration: Declared;
  /** Turns faults found later into the file's own. */
  faultsAt(faults: readonly PlacedFault[]): DeclarationFaults;
}

/**
 * Reads and checks a declaration whole: its YAML, its shape, and what its parts say of each other.
 *
 * @param shape `Declaration`, or the part of it that is taken
 * @param faultsWithin what else is wrong with it where it is used
 * @throws DeclarationFaults naming all of them
 */
export function readDeclaration<Shape extends TSchema>(
  shape: Shape,
  text: string,
  { name, kind }: DeclarationFile,
  faultsWithin: (declaration: Static<Shape>) => readonly PlacedFault[],
): ReadDeclaration<Static<Shape>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    throw new DeclarationFaults(
      { name, kind },
      document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, place: '', message })),
    );
  const faultsAt = (faults: readonly PlacedFault[]) =>
    new DeclarationFaults(
      { name, kind },
      faults
        .map(({ pointer, message }) => ({
          line: lineOf(document, lines, pointer),
          place: pointer.slice(1),
          message: unquoted(document, pointer, message),
        }))
        .sort((a, b) => a.line - b.line),
    );

  const value = contentOf(document, faultsAt);
  const check = ajv.compile(shape);
  if (!check(value)) throw faultsAt(describeFaults(check.errors ?? []));
  const declaration = value as Static<Shape>;
  const faults = [...namedTwice(value as Declaration), ...faultsWithin(declaration)];
  if (faults.length > 0) throw faultsAt(faults);
  return { declaration, faultsAt };
}

/** Aliases may make much of little; the parser refuses what grows beyond bounds. */
function contentOf(document: Document, faultsAt: ReadDeclaration<unknown>['faultsAt']): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw faultsAt([{ pointer: '', message: (error as Error).message }]);
  }
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
