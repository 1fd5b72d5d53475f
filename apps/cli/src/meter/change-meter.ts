import type { MeterSettings, SettingsChange } from '@meterhouse/meter/settings';
import { type MeterPlace, settingsPathOf } from '../commands/meter/place.ts';
import { note } from '../terminal/output.ts';
import { tellRunning, toldWords } from './tell-running.ts';

/**
 * Changes `meter.yaml`, all or nothing, and has a running meter follow.
 * @param before the meter is told: what must be there when it reads
 * @returns the settings of the file
 * @throws MeterError
 */
export async function changeMeter(
  place: MeterPlace,
  changes: readonly SettingsChange[],
  before: (settings: MeterSettings) => Promise<void> = async () => undefined,
): Promise<MeterSettings> {
  await requireMeter(place.dir);
  const { changeSettings } = await import('@meterhouse/meter/settings');
  const settings = await changeSettings(settingsPathOf(place), ...changes);
  await before(settings);
  await haveItFollow(place.dir);
  return settings;
}

/** Has a running meter read its settings and secrets again, and says so. */
export async function haveItFollow(dir: string): Promise<void> {
  const words = toldWords(await tellRunning(dir));
  if (words !== undefined) note(words);
}

/** The settings that hold: of the file, with the environment over it. @throws MeterError, also when there is no meter */
export async function settingsOf(place: MeterPlace): Promise<MeterSettings> {
  await requireMeter(place.dir);
  const { readSettings } = await import('@meterhouse/meter/settings');
  return readSettings(settingsPathOf(place), process.env);
}

async function requireMeter(dir: string): Promise<void> {
  const { loadMeter } = await import('@meterhouse/meter/identity');
  await loadMeter(dir);
}
