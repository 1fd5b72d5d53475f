/**
 * Closes the hours of a timeline, each whole or not at all. An hour goes through three places, and the ledger's file decides
 * which of them counts:
 *
 *   closing    the hour's files are being written. A crash here leaves a folder that nothing names; it is removed and made again.
 *   decided    the files are synced, and the ledger's file says: hour closed. A crash here is finished at the next start.
 *   waiting    the folder has its place and waits for a package; who takes it away needs to ask nobody.
 *
 * At last the ledger's file is replaced by the state at the end of the hour. A crash before leaves the old file, which says
 * the same in more words.
 */
import { basename } from 'node:path';
import { formatInstant, HOUR, hourOf } from '@meterhouse/metering';
import type { Journal } from '../journal/index.ts';
import type { Absences } from './absences.ts';
import { type PreparedHour, prepareClosing } from './close-hour.ts';
import { crashPoint } from './crash-point.ts';
import { LONGEST_GAP } from './gap-proof.ts';
import { publishHour } from './hour-folder.ts';
import { diskError } from './ledger-error.ts';
import type { LedgerFile } from './ledger-file.ts';
import { closedLines, stateLines } from './ledger-lines.ts';
import type { Privacy } from './privacy.ts';
import { secondsIn } from './spans.ts';
import type { Timeline } from './timeline.ts';

/** Our clock and the product's may differ: an hour is not called unreachable before it is over by so many seconds. */
const SKEW = 120;

export interface OpenHours {
  readonly folder: string;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly file: LedgerFile;
  readonly absences: Absences;
}

export class HourCloser {
  readonly #of: OpenHours;

  constructor(of: OpenHours) {
    this.#of = of;
  }

  /** Closes for good every hour that `seen` has passed. */
  async closeDue(privacy: Privacy): Promise<void> {
    const { timeline } = this.#of;
    while (timeline.isDue()) {
      const hour = timeline.baseAt;
      if (this.#needsNothing(hour, timeline.seen!)) {
        const last = this.#lastThatNeedsNothing(hour, timeline.seen!);
        await this.#decide({ hour: last, version: 0, covered: 0, final: true });
      } else await this.#closeOne(hour, true, privacy);
    }
    await this.replaceState();
    crashPoint('hour-done');
  }

  /**
   * Closes, for as long as nothing better is known, every hour that our own clock has passed.
   * @param now Unix seconds by our own clock
   */
  async closePassed(now: number, privacy: Privacy): Promise<void> {
    const { timeline } = this.#of;
    if (timeline.seen === undefined) return;
    const over = now - SKEW;
    const first = timeline.baseAt;
    for (let hour = first; hour + HOUR <= over; hour += HOUR) {
      if (this.#needsNothing(hour, over)) hour = this.#lastThatNeedsNothing(hour, over);
      else await this.#closeOne(hour, false, privacy);
    }
    // No log is asked about so long a gap, so what was open is given up.
    const last = hourOf(over) - HOUR;
    if (last >= first && over - timeline.seen > LONGEST_GAP) {
      await this.#decide({ hour: last, version: 0, covered: 0, final: true });
      await this.replaceState();
    }
  }

  async replaceState(): Promise<void> {
    const { file, timeline, absences } = this.#of;
    await file.replace(stateLines(timeline, absences.list));
  }

  /** What was closed before is as good; or nothing is covered, and it is so long ago that it is missing without being listed. */
  #needsNothing(hour: number, now: number): boolean {
    const { timeline } = this.#of;
    const covered = secondsIn(timeline.coveredIn(hour));
    const before = timeline.closedAs(hour);
    return before === undefined ? covered === 0 && hour < now - LONGEST_GAP : covered <= before.covered;
  }

  /** Of the hours from this one on that need nothing, the last that is over. */
  #lastThatNeedsNothing(hour: number, now: number): number {
    let last = hour;
    while (last + 2 * HOUR <= now && this.#needsNothing(last + HOUR, now)) last += HOUR;
    return last;
  }

  async #closeOne(hour: number, final: boolean, privacy: Privacy): Promise<void> {
    const { folder, timeline, absences } = this.#of;
    const absent = absences.gaps(Math.max(timeline.seen ?? hour, hour), hour + HOUR);
    let prepared: PreparedHour;
    try {
      prepared = await prepareClosing(folder, { timeline, hour, final, absent, privacy });
    } catch (error) {
      throw diskError(`closing the hour ${formatInstant(hour)}`, folder, error);
    }
    await this.#decide(prepared.mark);
    crashPoint('hour-decided');
    await publishHour(folder, prepared.folder);
    this.#tell(prepared);
  }

  /** From here on the hour is closed, whatever happens. */
  async #decide(mark: PreparedHour['mark']): Promise<void> {
    const { file, timeline } = this.#of;
    await file.append(closedLines(mark));
    await file.sync();
    timeline.close(mark);
  }

  #tell({ listed, twins }: PreparedHour): void {
    const { journal, folder } = this.#of;
    const product = basename(folder);
    const of = listed.reason === undefined ? '' : `, ${listed.reason}`;
    journal.note({ code: 'hour-kept', product, message: `${listed.hour} is closed: ${listed.status}${of}.` });
    if (twins.length > 0)
      journal.note({
        code: 'machine-twice',
        product,
        message: `${twins.length} UUIDs were borne by two machines at the same time in ${listed.hour}, such as ${twins[0]}. Each second counts once, for the machine that was there first.`,
      });
  }
}
