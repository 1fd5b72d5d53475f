/**
 * The key that seals secrets. It lies outside of what it seals, as far as whoever runs the meter lets it: a file that he names,
 * a credential that systemd hands over, else a file beside the configuration, made by init. The last one protects only copies
 * of `secrets.json` that leave `meter.key` out.
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

/** Where the key comes from: METERHOUSE_METER_KEY_FILE, else `$CREDENTIALS_DIRECTORY/meter-key`, else `<dir>/meter.key`. */
export async function keySource(dir: string, environment: Environment): Promise<KeySource> {
  const named = environment.METERHOUSE_METER_KEY_FILE;
  if (named) return { path: named, kind: 'named' };
  const credentials = environment.CREDENTIALS_DIRECTORY;
  if (credentials) {
    const path = join(credentials, 'meter-key');
    // A unit may hand over other credentials only.
    if ((await textOf(path)) !== undefined) return { path, kind: 'credential' };
  }
  return { path: join(dir, 'meter.key'), kind: 'beside' };
}

/** A new key as a key file holds it: 32 random bytes, base64url, a line feed. */
export function newKeyText(): string {
  return `${randomBytes(KEY_BYTES).toString('base64url')}\n`;
}

/** Makes the key where the meter may: beside the configuration. An existing one stays. */
export async function makeKeyBeside(dir: string): Promise<void> {
  await createDurably(join(dir, 'meter.key'), newKeyText());
}

/**
 * @returns 32 bytes; undefined when there is no such file
 * @throws MeterError `secrets-key-damaged`
 */
export async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  const key = /^[A-Za-z0-9_-]{43}$/.test(trimmed) ? Buffer.from(trimmed, 'base64url') : Buffer.alloc(0);
  if (key.length !== KEY_BYTES)
    throw new MeterError(
      'secrets-key-damaged',
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
