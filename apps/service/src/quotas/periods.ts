import type { QuotaName } from '@meterhouse/contract';

const hour = 3_600_000;
const day = 24 * hour;

/** Quotas that begin anew, and how long a period of each is, milliseconds; periods are those of UTC. */
export const periods = {
  uploadsPerDay: day,
  uploadBytesPerDay: day,
  renderingsPerHour: hour,
} as const satisfies Partial<Record<QuotaName, number>>;
export type CountedQuota = keyof typeof periods;

export function periodOf(quota: CountedQuota, now: Date): { readonly start: Date; readonly end: Date } {
  const start = Math.floor(now.getTime() / periods[quota]) * periods[quota];
  return { start: new Date(start), end: new Date(start + periods[quota]) };
}
