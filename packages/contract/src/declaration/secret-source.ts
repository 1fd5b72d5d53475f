import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecretSource } from './declaration.ts';

/** Why a secret cannot be used; never the secret. */
export class UnusableSecret extends Error {}

/**
 * The secret itself; of a file its text without the line feed at its end.
 *
 * @param folder that paths start from
 * @throws UnusableSecret
 */
export function readSecret(source: SecretSource, folder: string, environment: NodeJS.ProcessEnv): string {
  if (typeof source === 'string') return source;
  if ('env' in source) {
    const value = environment[source.env];
    if (!value) throw new UnusableSecret(`the variable ${source.env} is not set`);
    return value;
  }
  const path = resolve(folder, source.file);
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new UnusableSecret(`the file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
