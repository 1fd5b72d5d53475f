/**
 * One day of usage, as a package of one day says it, before it is text. Times are Unix seconds, spans are [from, to).
 *
 * What made it up (a trace, the generated fleet) gives each machine's stretches: how long it was the same. They are cut
 * here at the hours and at what the meter could see, so that neither rule is written twice.
 */
import type { LicenseCategory, PackageHour, PowerState } from '@meterhouse/contract';
import { formatInstant, HOUR } from '@meterhouse/metering';

export const DAY = 86_400;

/** A stretch of time, [from, to), in Unix seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface DayHour {
  readonly listed: PackageHour;
  /** What was seen of the hour, ascending and apart: all of it when `collected`, nothing when `unreachable`. */
  readonly covered: readonly Span[];
}

export interface DayProduct {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  /** By the hour of the day, 0 to 23; undefined where the hour is not listed. */
  readonly hours: readonly (DayHour | undefined)[];
}

export interface License {
  readonly key: string;
  readonly category: LicenseCategory;
  readonly edition: string;
}

export interface Host {
  /** Index into the day's products. */
  readonly product: number;
  readonly name: string;
  readonly cluster: string;
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly memoryMib: number;
  readonly license: License;
  readonly sku: string;
  readonly model: string;
}

/** A virtual machine while nothing about it changes. */
export interface Stretch extends Span {
  /** Index into the day's hosts. */
  readonly host: number;
  readonly power: PowerState;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly reservationMib: number;
}

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly storageMib: number;
  readonly customer: string;
  /** Ascending codes. */
  readonly services: readonly string[];
  /** Ascending and apart; they may reach beyond the day. */
  readonly stretches: readonly Stretch[];
}

export interface Cluster {
  readonly product: number;
  readonly name: string;
  readonly vsanRawMib: number;
  /** Used during the hour that starts then. */
  readonly vsanUsedMib: (hour: number) => number;
  readonly edition: string;
  readonly features: readonly string[];
}

export interface UsageDay {
  /** Midnight, Unix seconds. */
  readonly start: number;
  readonly products: readonly DayProduct[];
  readonly hosts: readonly Host[];
  readonly clusters: readonly Cluster[];
  /** Every machine that exists on this day, each once. Called once. */
  readonly machines: () => Iterable<Machine>;
}

/** An hour that was seen whole. */
export function collectedHour(hour: number): DayHour {
  return {
    listed: { hour: formatInstant(hour), status: 'collected' },
    covered: [{ from: hour, to: hour + HOUR }],
  };
}

/** An hour of which only these stretches were seen. */
export function partialHour(hour: number, covered: readonly Span[], reason: string): DayHour {
  return {
    listed: {
      hour: formatInstant(hour),
      status: 'partial',
      covered: covered.map(({ from, to }) => [formatInstant(from), formatInstant(to)] as const),
      reason,
    },
    covered,
  };
}

/** An hour of which nothing was seen. */
export function unreachableHour(hour: number, reason: string): DayHour {
  return { listed: { hour: formatInstant(hour), status: 'unreachable', reason }, covered: [] };
}
