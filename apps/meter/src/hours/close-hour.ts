/** Decides what is said of an hour that is over, and writes it. */
import type { PackageHour } from '@meterhouse/contract';
import { formatInstant, HOUR } from '@meterhouse/metering';
import { hourFolderName, prepareHour } from './hour-folder.ts';
import { hourLines } from './hour-lines.ts';
import type { Privacy } from './privacy.ts';
import { type Span, secondsIn } from './spans.ts';
import type { ClosedMark, Gap, Timeline } from './timeline.ts';

export interface PreparedHour {
  readonly mark: ClosedMark;
  /** Name of the folder in `closing/`. */
  readonly folder: string;
  readonly listed: PackageHour;
  /** UUIDs that two machines had at the same time. */
  readonly twins: readonly string[];
}

export interface CloseOptions {
  readonly timeline: Timeline;
  readonly hour: number;
  /** Nothing better can come. */
  readonly final: boolean;
  /** What goes on after `seen`: nobody watches, and why. */
  readonly absent: readonly Gap[];
  readonly privacy: Privacy;
}

/** @throws what the file system throws; nothing is left then */
export async function prepareClosing(folder: string, options: CloseOptions): Promise<PreparedHour> {
  const { timeline, hour, final, absent, privacy } = options;
  const product = timeline.product;
  if (product === undefined) throw new Error('An hour of a product that was never seen cannot be closed.');
  const covered = timeline.coveredIn(hour);
  const listed = listedHour(hour, covered, [...timeline.gapsIn(hour), ...absent]);
  const seconds = secondsIn(covered);
  const version = (timeline.closedAs(hour)?.version ?? 0) + 1;
  const name = hourFolderName(hour, version);
  const lines =
    seconds === 0
      ? undefined
      : hourLines({
          hour,
          product: product.id,
          covered,
          base: timeline.base,
          mutations: timeline.mutations,
          privacy,
        });
  await prepareHour(folder, name, { product, listed, version }, lines);
  return {
    mark: { hour, version, covered: seconds, final },
    folder: name,
    listed,
    twins: lines?.twins() ?? [],
  };
}

function listedHour(hour: number, covered: readonly Span[], gaps: readonly Gap[]): PackageHour {
  const text = formatInstant(hour);
  if (secondsIn(covered) === HOUR) return { hour: text, status: 'collected' };
  const reason = mainReason(gaps);
  if (covered.length === 0) return { hour: text, status: 'unreachable', reason };
  const spans = covered.map(({ from, to }) => [formatInstant(from), formatInstant(to)] as const);
  return { hour: text, status: 'partial', covered: spans, reason };
}

/** Of the longest gap, the first of equals. */
function mainReason(gaps: readonly Gap[]): string {
  let main: Gap | undefined;
  for (const gap of gaps) if (main === undefined || gap.to - gap.from > main.to - main.from) main = gap;
  return main?.reason ?? 'meter-stopped';
}
