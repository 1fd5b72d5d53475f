/**
 * Where a key lies: outside of what it protects, as far as whoever runs the meter lets it. A file that he names, a credential
 * that systemd hands over, else a file beside the configuration, made by init. The last one protects only copies of the rest
 * that leave it out.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface KeySource {
  readonly path: string;
  /** `beside`: in the meter's own directory, where init makes it. */
  readonly kind: 'named' | 'credential' | 'beside';
}

const KEY_BYTES = 32;

/** One of the meter's keys, by the names that it goes by. */
export interface KeyNames {
  /** Variable that names its file. */
  readonly variable: string;
  /** Credential of systemd. */
  readonly credential: string;
  /** File beside the configuration. */
  readonly file: string;
}
/** Seals passwords. */
export const SECRETS_KEY: KeyNames = {
  variable: 'METERHOUSE_METER_KEY_FILE',
  credential: 'meter-key',
  file: 'meter.key',
};

/** Where the key comes from: the file that the variable names, else `$CREDENTIALS_DIRECTORY`, else `dir`. */
export async function keySource(dir: string, environment: Environment, names: KeyNames): Promise<KeySource> {
  const named = environment[names.variable];
  if (named) return { path: named, kind: 'named' };
  const credentials = environment.CREDENTIALS_DIRECTORY;
  if (credentials) {
    const path = join(credentials, names.credential);
    // A unit may hand over other credentials only.
    if ((await textOf(path)) !== undefined) return { path, kind: 'credential' };
  }
  return { path: join(dir, names.file), kind: 'beside' };
}

/** A new key as a key file holds it: 32 random bytes, base64url, a line feed. */
export function newKeyText(): string {
  return `${randomBytes(KEY_BYTES).toString('base64url')}\n`;
}

/** Makes the key where the meter may: beside the configuration. One that is there stays. */
export async function makeKeyBeside(path: string): Promise<void> {
  await createDurably(path, newKeyText());
}

/**
 * @returns 32 bytes; undefined when there is no such file
 * @throws MeterError `key-damaged`
 */
export async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await textOf(path);
  return text === undefined ? undefined : keyOf(text, path);
}

/** @param path told in the error @throws MeterError `key-damaged` */
export function keyOf(text: string, path: string): Buffer {
  const trimmed = text.trim();
  const key = /^[A-Za-z0-9_-]{43}$/.test(trimmed) ? Buffer.from(trimmed, 'base64url') : undefined;
  if (key?.length !== KEY_BYTES)
    throw new MeterError(
      'key-damaged',
      `${path} is no key of a meter: that is one line of 43 letters, digits, - and _, as \`openssl rand -base64 32 | tr '+/' '-_' | tr -d =\` makes it.`,
    );
  return key;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}
