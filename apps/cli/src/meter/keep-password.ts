import type { MeterSettings } from '@meterhouse/meter/settings';

/** Seals a password for the product of this name as the settings have it. */
export async function keepPassword(
  dir: string,
  settings: MeterSettings,
  name: string,
  password: string,
): Promise<void> {
  const { openSecrets } = await import('@meterhouse/meter/secrets');
  const product = settings.products.find((one) => one.name === name)!;
  await (await openSecrets(dir, process.env)).setPassword(product, password);
}
