import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  Declaration,
  DeclarationFaults,
  type PlacedFault,
  readDeclaration,
} from '@meterhouse/contract/declaration';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export interface DeclarationFile {
  readonly declaration: Declaration;
  /** What paths in it start beside. */
  readonly path: string;
  /** @returns the failure that names the faults with their lines */
  readonly failure: (faults: readonly PlacedFault[]) => Failure;
}

/**
 * Reads the declaration in a file, or of standard input for `-`.
 * @throws Failure that names all its faults
 */
export async function readDeclarationFile(named: string): Promise<DeclarationFile> {
  const piped = named === '-';
  const content = piped ? await text(process.stdin) : await readFile(named, 'utf8');
  const open = !piped && ((await stat(named)).mode & 0o077) !== 0;
  const file = { name: piped ? 'standard input' : named, kind: 'declaration' };
  try {
    const { declaration, faultsAt } = readDeclaration(Declaration, content, file, (declared) =>
      faultsWithin(declared, open ? named : undefined),
    );
    return {
      declaration,
      path: resolve(piped ? 'declaration.yaml' : named),
      failure: (faults) => failureOf(faultsAt(faults), file.name),
    };
  } catch (error) {
    throw error instanceof DeclarationFaults ? failureOf(error, file.name) : error;
  }
}

function failureOf({ faults }: DeclarationFaults, name: string): Failure {
  const told = `The declaration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}; nothing was changed.`;
  return new Failure(told, EXIT.input, {
    faults: faults.map(
      ({ line, place, message }) => `${name}:${line}: ${place === '' ? '' : `${place} `}${message}`,
    ),
  });
}

/** @param open the file, when others can read it */
function faultsWithin({ organisations }: Declaration, open: string | undefined): PlacedFault[] {
  return organisations.flatMap(({ apiTokens = [], people = [] }, index) => [
    ...apiTokens.flatMap(({ value }, token) =>
      value === undefined
        ? []
        : [
            {
              pointer: `/organisations/${index}/apiTokens/${token}/value`,
              message:
                'is taken by the provisioning file alone: the service makes values itself. Write "to: FILE" for where it goes',
            },
          ],
    ),
    ...people.flatMap(({ password }, person) =>
      open === undefined || typeof password !== 'string'
        ? []
        : [
            {
              pointer: `/organisations/${index}/people/${person}/password`,
              message: `is a secret in a file that others can read; run chmod 600 ${open}`,
            },
          ],
    ),
  ]);
}
