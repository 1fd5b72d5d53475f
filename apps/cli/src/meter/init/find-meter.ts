import { existsSync } from 'node:fs';
import type { Found } from './wishes.ts';

/** What there is of a meter in a directory. @throws MeterError of settings that cannot be used */
export async function findMeter(dir: string, settingsPath: string): Promise<Found> {
  const { loadMeter } = await import('@meterhouse/meter/identity');
  const { readSettings } = await import('@meterhouse/meter/settings');
  const meter = await loadMeter(dir).catch((error: { code?: unknown }) => {
    if (error.code !== 'not-initialised') throw error;
    return undefined;
  });
  return {
    agent: meter?.agent,
    activated: meter?.activation !== undefined,
    settings: existsSync(settingsPath) ? await readSettings(settingsPath, process.env) : undefined,
  };
}
