import { parseMonth } from '@meterhouse/metering';
import { type WriteProgress, type WrittenDay, writeDays } from '../days/index.ts';
import { loadActivatedMeter } from '../identity/index.ts';
import { readTrace } from './trace.ts';
import { traceDays } from './trace-days.ts';

export interface ReplayOptions {
  /** The meter's directory. */
  readonly dir: string;
  /** The trace, CSV, plain or `.gz`. */
  readonly trace: string;
  /** `2023-01` */
  readonly month: string;
  /** The folder the packages go to. */
  readonly out: string;
  /** Make a second set of packages where the meter has some of this month. */
  readonly again?: boolean;
  readonly onProgress?: (progress: WriteProgress) => void;
}

export interface Replay {
  readonly agent: string;
  readonly machines: number;
  readonly days: readonly WrittenDay[];
}

/**
 * Turns a trace into signed packages, one a day of the month. The meter must be activated, since packages name what it is
 * bound to. The same trace again goes on where an ended run was, and does nothing when it was through.
 * @throws MeterError `trace-refused`, `not-initialised`, `not-activated`, `spool-busy`, `month-packed`; RangeError for a bad month
 */
export async function replayTrace(options: ReplayOptions): Promise<Replay> {
  const month = parseMonth(options.month);
  const meter = await loadActivatedMeter(options.dir);
  const trace = await readTrace(options.trace);
  const days = await writeDays(traceDays(trace, meter.agent, month), {
    meter,
    out: options.out,
    once: options.again !== true,
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  return { agent: meter.agent, machines: trace.count, days };
}
