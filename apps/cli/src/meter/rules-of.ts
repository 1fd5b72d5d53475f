import type { Rule } from '@meterhouse/meter/customers';
import type { MeterSettings } from '@meterhouse/meter/settings';

/** The rules that hold: of the settings, and those that were last fetched from the service. */
export async function rulesOf(
  dir: string,
  { customers, rulesFromService }: MeterSettings,
): Promise<readonly Rule[]> {
  const { allRules, loadFetchedRules } = await import('@meterhouse/meter/customers');
  return allRules(customers, rulesFromService ? (await loadFetchedRules(dir))?.rules : []);
}
