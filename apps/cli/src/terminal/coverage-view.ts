import type { Coverage } from '@meterhouse/contract';
import { type MeterCoverage, secondsOf } from '../journey/coverage-of-all.ts';
import { gapsOf } from '../journey/find-gaps.ts';
import { calendarLegend, drawCalendar, drawStrip } from './coverage-calendar.ts';
import { tellGaps } from './gap-lines.ts';
import { plural } from './numbers.ts';
import { print } from './output.ts';
import { plain } from './plain.ts';
import { bold, dim, green, heading, yellow } from './style.ts';

/** One meter's month: a calendar a product, then what is missing in words. */
export function drawMeter(coverage: Coverage): void {
  if (coverage.products.length === 0) {
    print(dim(`  The meter has sent no hour of ${coverage.month}.`));
    return;
  }
  for (const product of coverage.products) {
    const { type, version, product: id, expectedSeconds, coveredSeconds } = product;
    print(heading(plain(`${type} ${version} ${id}`)) + dim(`  ${share(coveredSeconds, expectedSeconds)}`));
    for (const line of drawCalendar(product.hours)) print(line);
    print();
  }
  print(calendarLegend());
  print();
  for (const line of tellGaps(gapsOf(coverage))) print(line);
}

const LABEL = 28;

/** The month of all meters, a line each: a sign a day, how much of what was expected was seen. */
export function drawMeters(month: string, meters: readonly MeterCoverage[]): void {
  if (meters.length === 0) {
    print(dim('  There is no meter.'));
    return;
  }
  const width = Math.min(LABEL, Math.max(...meters.map(({ label }) => plain(label).length)));
  const days = drawStrip(month, []).length;
  const scale = Array.from({ length: days }, (_, day) =>
    (day + 1) % 5 === 0 ? String(day + 1).padStart(5) : '',
  );
  print(dim(`  ${' '.repeat(width)}  ${' '.repeat(9)}  ${scale.join('')}`));
  for (const meter of meters) {
    const label = plain(meter.label);
    const shown = label.length > width ? `${label.slice(0, width - 1)}…` : label.padEnd(width);
    const { expected, covered, missing } = secondsOf(meter);
    const strip = drawStrip(
      month,
      meter.products.map(({ hours }) => hours),
    );
    const words =
      meter.products.length === 0
        ? dim('has sent no hour')
        : missing === 0
          ? green(share(covered, expected))
          : yellow(`${share(covered, expected)}, ${hoursOf(missing)} missing`);
    print(`  ${bold(shown)}  ${dim(`${meter.agentId.slice(0, 8)}…`)}  ${strip}  ${words}`);
  }
  print();
  print(calendarLegend());
  print(dim('  Of each day the worst hour is shown.'));
}

/** `99.4 % seen`: rounded down, so that what misses a minute is not whole. */
function share(covered: number, expected: number): string {
  if (expected === 0) return 'nothing expected';
  const thousandths = Number((BigInt(covered) * 1000n) / BigInt(expected));
  return `${thousandths === 1000 ? '100' : (thousandths / 10).toFixed(1)} % seen`;
}

/** Hours, whole ones above ten; what is less than one in minutes. */
function hoursOf(seconds: number): string {
  if (seconds < 3600) return plural(Math.ceil(seconds / 60), 'minute');
  const tenths = Math.ceil(seconds / 360);
  return `${tenths % 10 === 0 || tenths > 100 ? Math.ceil(tenths / 10) : (tenths / 10).toFixed(1)} h`;
}
