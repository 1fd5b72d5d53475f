/**
 * Makes what was wished, in an order in which each step stands by itself: identity, settings, keys, passwords. A run that ended
 * in between is gone on with by the next.
 */
import type { Meter } from '@meterhouse/meter/identity';
import type { MeterSettings } from '@meterhouse/meter/settings';
import { keepPassword } from '../keep-password.ts';
import { absolute, type Found, firstSettings, type Wishes } from './wishes.ts';

export interface Made {
  readonly meter: Meter;
  readonly settings: MeterSettings;
}

export async function makeMeter(
  dir: string,
  settingsPath: string,
  caFile: string | undefined,
  wishes: Wishes,
  found: Found,
): Promise<Made> {
  const { initMeter, loadMeter } = await import('@meterhouse/meter/identity');
  const { changeSettings, readSettings, writeSettings } = await import('@meterhouse/meter/settings');
  const { openSecrets } = await import('@meterhouse/meter/secrets');
  const { exportPrivacyKey } = await import('@meterhouse/meter/privacy');
  const meter = found.agent === undefined ? await initMeter(dir, wishes.agent) : await loadMeter(dir);
  const there = new Set(found.settings?.products.map(({ name }) => name));
  const added = wishes.products.filter(({ entry }) => !there.has(entry.name));
  if (found.settings === undefined) await writeSettings(settingsPath, firstSettings(wishes, caFile));
  else if (added.length > 0)
    await changeSettings(
      settingsPath,
      ...added.map(({ entry }) => ({ kind: 'add-product' as const, product: absolute(entry) })),
    );
  const settings = await readSettings(settingsPath, process.env);
  // Both keys are made now, so that a backup of the directory has them. Which names are hidden is decided by the first hour.
  await openSecrets(dir, process.env);
  await exportPrivacyKey(dir, process.env);
  for (const { entry, password } of wishes.products)
    if (password !== undefined) await keepPassword(dir, settings, entry.name, password);
  return { meter, settings };
}
