import { HOUR, type Month } from '@meterhouse/metering';

const DAY = 24 * HOUR;
/** A meter is given two hours to send an hour before it is missed; then a month's missing hours are settled. */
const GRACE = 2 * HOUR;

/**
 * When reports made at `renderedAt` have to be made again although nothing came: hours that nobody metered grow while a month
 * runs, and a meter that went silent asks for nothing. Daily, and once when the month is settled; undefined after that. In
 * Unix seconds.
 */
export function nextLook(month: Month, renderedAt: number): number | undefined {
  const settled = month.last + GRACE;
  return renderedAt < settled ? Math.min(renderedAt + DAY, settled) : undefined;
}
