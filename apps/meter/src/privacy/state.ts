/** `<dir>/privacy.json`: under which setting each hour was, is and will be written, and which key hid the names. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import type { Stretch } from './in-force.ts';

export interface PrivacyState {
  readonly version: 1;
  /** Fingerprint of the key. */
  readonly key: string;
  readonly stretches: readonly Stretch[];
}

const path = (dir: string) => join(dir, 'privacy.json');

/** @throws MeterError `privacy-damaged`: guessing could show names that were to be hidden */
export async function loadState(dir: string): Promise<PrivacyState | undefined> {
  const text = await readFile(path(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined) return undefined;
  const state = parsed(text);
  if (state === undefined)
    throw new MeterError(
      'privacy-damaged',
      `${path(dir)} is not as the meter wrote it. Take it from a backup; without it the meter does not know which names are to be hidden. Removing it puts the setting of meter.yaml in force for every hour that is not written yet.`,
    );
  return state;
}

function parsed(text: string): PrivacyState | undefined {
  try {
    const state = JSON.parse(text) as PrivacyState;
    const whole =
      state.version === 1 &&
      typeof state.key === 'string' &&
      state.stretches.length > 0 &&
      state.stretches.every(
        ({ from, settings }) => Number.isInteger(from) && typeof settings.vm === 'string',
      );
    return whole ? state : undefined;
  } catch {
    return undefined;
  }
}

export async function keepState(dir: string, state: PrivacyState): Promise<void> {
  await writeDurably(path(dir), `${JSON.stringify(state, null, 2)}\n`);
}
