import type { Coverage } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';

export type CoverageRun = Coverage['products'][number]['hours'][number];

/** Hours in a row, of one product, that were expected and not seen whole. */
export interface Gap extends CoverageRun {
  readonly product: string;
}

export async function coverageOf(client: Client, agent: string, month: string): Promise<Coverage> {
  return client.json<Coverage>(`/usage/api/v1/agents/${agent}/coverage/${month.replace('-', '/')}`);
}

/** What a meter's month misses, in stretches of equal hours, by time. Hours that several meters saw were seen. */
export function gapsOf({ products }: Coverage): Gap[] {
  return products
    .flatMap(({ product, hours }) => hours.map((run) => ({ product, ...run })))
    .filter(({ state }) => state !== 'collected' && state !== 'overlapping')
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}
