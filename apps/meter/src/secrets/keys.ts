/**
 * Which key seals, and how it becomes another. A key beside the configuration is two files that change one after the other, so
 * the next key lies in `meter.key.next` before anything is sealed with it; a start after a crash in between finds either pair.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { renameDurably, writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import { type KeySource, makeKeyBeside, newKeyText, readKey } from './key-source.ts';
import { secretsPath } from './secrets-file.ts';

export function fingerprintOf(key: Buffer): string {
  return createHash('sha256').update('meterhouse meter key').update(key).digest('hex').slice(0, 32);
}

const nextPath = (dir: string) => join(dir, 'meter.key.next');

/**
 * The key of the meter.
 * @param sealedWith fingerprint of the key that sealed what there is; undefined when nothing is
 */
export async function secretsKey(
  dir: string,
  source: KeySource,
  sealedWith: string | undefined,
): Promise<Buffer> {
  if (source.kind === 'beside') {
    if (sealedWith === undefined) await makeKeyBeside(source.path);
    else await finishRotation(dir, sealedWith);
  }
  const key = await readKey(source.path);
  if (key === undefined)
    throw new MeterError(
      'secrets-key-missing',
      `There is no key at ${source.path}, and ${secretsPath(dir)} cannot be opened without it. Put it back, or name it in METERHOUSE_METER_KEY_FILE.`,
    );
  if (sealedWith !== undefined && fingerprintOf(key) !== sealedWith)
    throw new MeterError(
      'secrets-key-wrong',
      `${source.path} is not the key that ${secretsPath(dir)} was sealed with. Put that key back; or remove ${secretsPath(dir)} and give the passwords again: meterhouse meter products password NAME.`,
    );
  return key;
}

/** A rotation that was cut off: forward when everything is sealed with the next key, else back. */
async function finishRotation(dir: string, sealedWith: string): Promise<void> {
  const next = await readKey(nextPath(dir));
  if (next === undefined) return;
  if (fingerprintOf(next) === sealedWith) await putNextKey(dir);
  else await rm(nextPath(dir), { force: true });
}

/** The key to seal with from now on; a fresh one is on the disk before it is used. */
export async function rotationKey(
  source: KeySource,
  newKey: string | undefined,
): Promise<{ readonly key: Buffer; readonly beside: boolean }> {
  if (newKey === undefined && source.kind !== 'beside')
    throw new MeterError(
      'secrets-key-missing',
      `The meter may not write ${source.path}. Put a new key into another file and name it.`,
    );
  const path = newKey ?? `${source.path}.next`;
  if (newKey === undefined) await writeDurably(path, newKeyText());
  const key = await readKey(path);
  if (key === undefined) throw new MeterError('secrets-key-missing', `There is no key at ${path}.`);
  return { key, beside: newKey === undefined };
}

/** Everything is sealed with the next key: it takes the place of the one before. */
export async function putNextKey(dir: string): Promise<void> {
  await renameDurably(nextPath(dir), join(dir, 'meter.key'));
}
