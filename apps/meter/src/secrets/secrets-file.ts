/** `secrets.json`: what it holds, and that it is read as that or refused. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import type { ProductSettings } from '../settings/index.ts';

/** What of a product its password belongs to. */
export type SecretOwner = Pick<ProductSettings, 'name' | 'type' | 'address' | 'port' | 'user'>;

export interface SealedPassword extends Omit<SecretOwner, 'name'> {
  readonly sealed: string;
}

export interface SecretsFile {
  readonly version: 1;
  /** First half of the key's SHA-256, hexadecimal: tells a wrong key from a changed product, and nothing of the key. */
  readonly key: string;
  readonly passwords: Readonly<Record<string, SealedPassword>>;
  /** The one who may use the meter's API, with a scrypt hash. */
  readonly api?: { readonly user: string; readonly hash: string };
}

export const secretsPath = (dir: string) => join(dir, 'secrets.json');

/** @throws MeterError `secrets-damaged` */
export async function loadSecrets(dir: string): Promise<SecretsFile | undefined> {
  const text = await readFile(secretsPath(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined) return undefined;
  const file = parsed(text);
  if (file === undefined)
    throw new MeterError(
      'secrets-damaged',
      `${secretsPath(dir)} is not as the meter wrote it. Take it from a backup; or remove it and give the passwords again: meterhouse meter products password NAME.`,
    );
  return file;
}

function parsed(text: string): SecretsFile | undefined {
  try {
    const file = JSON.parse(text) as SecretsFile;
    const whole = file.version === 1 && typeof file.key === 'string' && typeof file.passwords === 'object';
    return whole && file.passwords !== null ? file : undefined;
  } catch {
    return undefined;
  }
}

export async function keepSecrets(dir: string, file: SecretsFile): Promise<void> {
  await writeDurably(secretsPath(dir), `${JSON.stringify(file, null, 2)}\n`);
}

/** By a name that a person chose: what an object has by itself is no password. */
export function passwordIn(file: SecretsFile, name: string): SealedPassword | undefined {
  return Object.hasOwn(file.passwords, name) ? file.passwords[name] : undefined;
}
