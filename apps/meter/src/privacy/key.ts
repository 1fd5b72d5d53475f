/**
 * The provider's own key, with which names are hidden: `<dir>/privacy.key`, or where METERHOUSE_METER_PRIVACY_KEY_FILE or the
 * credential `privacy-key` says. Meters that have the same key hide the same name alike.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createDurably, writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import { type KeyNames, keyOf, keySource, makeKeyBeside, readKey } from '../secrets/index.ts';
import { loadState } from './state.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PRIVACY_KEY: KeyNames = {
  variable: 'METERHOUSE_METER_PRIVACY_KEY_FILE',
  credential: 'privacy-key',
  file: 'privacy.key',
};

/**
 * The key; one beside the configuration is made when nothing was hidden yet.
 * @throws MeterError `privacy-key-missing`, `key-damaged`
 */
export async function privacyKey(dir: string, environment: Environment, isFirst: boolean): Promise<Buffer> {
  const source = await keySource(dir, environment, PRIVACY_KEY);
  if (source.kind === 'beside' && isFirst) await makeKeyBeside(source.path);
  const key = await readKey(source.path);
  if (key === undefined)
    throw new MeterError(
      'privacy-key-missing',
      `There is no key at ${source.path}, and with another one every name would be hidden otherwise than before. Put it back from a backup or from another meter of yours.`,
    );
  return key;
}

/**
 * Takes the key of another meter, so that both hide alike. Before the first hour is written; later, names that are one in
 * reports would be two.
 *
 * @param text what that meter's `privacy.key` holds
 * @throws MeterError `privacy-key-in-use` when names were hidden with another key already, `key-damaged`
 */
export async function importPrivacyKey(dir: string, text: string): Promise<void> {
  const key = keyOf(text, 'What was given');
  const path = join(dir, 'privacy.key');
  const line = `${text.trim()}\n`;
  if (await createDurably(path, line)) return;
  const state = await loadState(dir);
  if (state !== undefined && state.key !== privacyFingerprint(key))
    throw new MeterError(
      'privacy-key-in-use',
      `Names were hidden with the key in ${path} already. Another key is for a meter that has not hidden any yet.`,
    );
  await writeDurably(path, line);
}

/**
 * The key as its file holds it, for another meter of the same provider. One that was not made yet is made.
 * @throws MeterError `privacy-key-missing`, `key-damaged`
 */
export async function exportPrivacyKey(dir: string, environment: Environment): Promise<string> {
  const key = await privacyKey(dir, environment, (await loadState(dir)) === undefined);
  return `${key.toString('base64url')}\n`;
}

/** Tells one key from another, and nothing of either. */
export function privacyFingerprint(key: Buffer): string {
  return createHash('sha256').update('meterhouse privacy key').update(key).digest('hex').slice(0, 32);
}
