import { formatInstant, HOUR } from '@meterhouse/metering';
import { DAY } from './day.ts';

/** The instants of an hour after its hours, written once: "00:00Z" to "59:59Z". */
const MINUTES_SECONDS: readonly string[] = Array.from({ length: HOUR }, (_, second) =>
  formatInstant(second).slice('1970-01-01T00:'.length),
);

/**
 * Writes the instants of one day, its last midnight included, by putting two ready texts together: dates are most of a
 * record, and `toISOString` for each would take longer than the rest of the line.
 */
export function clockText(dayStart: number): (seconds: number) => string {
  const hours = Array.from({ length: DAY / HOUR + 1 }, (_, hour) =>
    formatInstant(dayStart + hour * HOUR).slice(0, '1970-01-01T00:'.length),
  );
  return (seconds) => {
    const sinceMidnight = seconds - dayStart;
    const second = sinceMidnight % HOUR;
    return hours[(sinceMidnight - second) / HOUR]! + MINUTES_SECONDS[second]!;
  };
}
