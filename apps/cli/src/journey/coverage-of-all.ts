import type { Coverage, MeterSummary } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import { allPages } from '../output/all-pages.ts';
import { type CoverageRun, coverageOf } from './find-gaps.ts';
import { atATime } from './sync/at-a-time.ts';

export interface MeterCoverage extends Coverage {
  readonly label: string;
}

const AT_A_TIME = 4;

/** The coverage of a month of every meter that is not deleted, by label. */
export async function coverageOfAll(client: Client, month: string): Promise<MeterCoverage[]> {
  const meters = await Array.fromAsync(allPages<MeterSummary>(client, '/api/v1/meters'));
  const found: MeterCoverage[] = [];
  await atATime(AT_A_TIME, meters, async ({ agentId, label }) => {
    found.push({ ...(await coverageOf(client, agentId, month)), label });
  });
  return found.sort((a, b) => a.label.localeCompare(b.label) || (a.agentId < b.agentId ? -1 : 1));
}

/** Hours of the products of a month that are in one of these states. */
export function hoursIn({ products }: Coverage, states: ReadonlySet<CoverageRun['state']>): number {
  return products
    .flatMap(({ hours }) => hours)
    .filter(({ state }) => states.has(state))
    .reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 3_600_000, 0);
}

/** Seconds that were expected, seen and missed, of all products. */
export function secondsOf({ products }: Coverage): { expected: number; covered: number; missing: number } {
  const sum = (of: (product: Coverage['products'][number]) => number) =>
    products.reduce((total, product) => total + of(product), 0);
  return {
    expected: sum((product) => product.expectedSeconds),
    covered: sum((product) => product.coveredSeconds),
    missing: sum((product) => product.missingSeconds),
  };
}
