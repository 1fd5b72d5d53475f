/**
 * The ledger on the disk. What it holds in memory can be made again from its file at any moment, and is, whenever the disk
 * refused something: so memory is never ahead of what is kept.
 *
 * Closing an hour goes through three places, and the ledger's file decides which of them counts:
 *
 *   closing    the hour's files are being written. A crash here leaves a folder that nothing names; it is removed and made again.
 *   decided    the files are synced, and the ledger's file says: hour closed. A crash here is finished at the next start.
 *   waiting    the folder has its place and waits for a package; who takes it away needs to ask nobody.
 *
 * At last the ledger's file is replaced by the state at the end of the hour. A crash before leaves the old file, which says
 * the same in more words.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatInstant, HOUR, hourOf } from '@meterhouse/metering';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { CollectorFailure, type ProductIdentity, type Reading } from '../inventory/index.ts';
import { Absences } from './absences.ts';
import { checkReading } from './check-reading.ts';
import { type PreparedHour, prepareClosing } from './close-hour.ts';
import { crashPoint } from './crash-point.ts';
import { LONGEST_GAP } from './gap-proof.ts';
import { finishClosing, makeFolders, publishHour } from './hour-folder.ts';
import type { Labels } from './labels.ts';
import type { GapReason, Ledger, LedgerStatus } from './ledger.ts';
import { diskError, LedgerError } from './ledger-error.ts';
import { LedgerFile, putAside } from './ledger-file.ts';
import { absentLines, closedLines, readLedger, stateLines, stepLines } from './ledger-lines.ts';
import type { LedgerOptions } from './open-ledger.ts';
import type { Privacy } from './privacy.ts';
import { secondsIn } from './spans.ts';
import { type Note, TakenReading } from './taken-reading.ts';
import type { Timeline } from './timeline.ts';
import { WAITING } from './waiting-hours.ts';

/** Our clock and the product's may differ: an hour is not called unreachable before it is over by so many seconds. */
const SKEW = 120;

interface Order {
  readonly reading?: Reading;
  readonly absent?: { readonly reason: GapReason; readonly now: number };
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class DiskLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #folder: string;
  #labels: Labels;
  /** Rules that count from the end of the next reading on. */
  #labelsToCome: Labels | undefined;
  #privacy: Privacy;
  #timeline!: Timeline;
  #file: LedgerFile | undefined;
  #absences = new Absences([]);
  #watching = false;
  #begun = false;
  #orders: Order[] = [];
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  #closed = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#labels = options.labels;
    this.#privacy = options.privacy;
  }

  async open(): Promise<void> {
    try {
      await makeFolder(this.#folder, 0o700);
      await makeFolders(this.#folder);
      await this.#load();
    } catch (error) {
      throw diskError('opening the ledger', this.#folder, error);
    }
    // Where the disk is full the first order says so, and it is tried again with each.
    if (this.#timeline.isDue()) await this.#closeDue().catch(() => this.#forget());
  }

  get since(): number | undefined {
    return this.#timeline.seen;
  }

  get product(): ProductIdentity | undefined {
    return this.#timeline.product;
  }

  begin(): void {
    this.#begun = true;
  }

  take(reading: Reading): Promise<void> {
    return this.#order({ reading });
  }

  unreachable(reason: GapReason, now: number): Promise<void> {
    return this.#order({ absent: { reason, now: Math.floor(now) } });
  }

  relabel(labels: Labels): void {
    if (labels.version !== (this.#labelsToCome ?? this.#labels).version) this.#labelsToCome = labels;
  }

  setPrivacy(privacy: Privacy): void {
    this.#privacy = privacy;
  }

  status(): LedgerStatus {
    const timeline = this.#timeline;
    const { machine, host, cluster } = timeline.now;
    const hour = timeline.seen === undefined ? undefined : hourOf(timeline.seen);
    let running = 0;
    for (const { power } of machine.values()) if (power === 'on') running += 1;
    return {
      product: timeline.product,
      watching: this.#watching,
      machines: machine.size,
      running,
      hosts: host.size,
      clusters: cluster.size,
      since: timeline.seen,
      hour,
      coveredSeconds: hour === undefined ? 0 : secondsIn(timeline.coveredIn(hour)),
      waiting: readdirSync(join(this.#folder, WAITING)).length,
      ledgerBytes: this.#file?.bytes ?? 0,
    };
  }

  inventory() {
    const { machine, host, place } = this.#timeline.now;
    const each = <Thing>(things: Map<string, Thing>) => ({ [Symbol.iterator]: () => things.values() });
    return { machines: each(machine), hosts: each(host), places: each(place) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#file?.close();
    this.#file = undefined;
  }

  #order(what: Pick<Order, 'reading' | 'absent'>): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The ledger is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#orders.push({ ...what, done: resolve, failed: reject });
    if (!this.#busy) {
      this.#busy = true;
      this.#working = this.#work();
    }
    return promise;
  }

  async #work(): Promise<void> {
    while (this.#orders.length > 0) {
      const batch: Order[] = [];
      try {
        if (this.#file === undefined) await this.#load();
        // An hour that a full disk kept from being closed.
        if (this.#timeline.isDue()) await this.#closeDue();
        await this.#runBatch(batch);
        for (const { done } of batch) done();
      } catch (error) {
        await this.#forget();
        const failure =
          error instanceof LedgerError ? error : diskError('keeping what was told', this.#folder, error);
        if (batch.length === 0) batch.push(this.#orders.shift()!);
        for (const { failed } of batch) failed(failure);
      }
    }
    this.#busy = false;
  }

  /** Takes orders until an hour is over or there are none left, and syncs once for all of them. */
  async #runBatch(batch: Order[]): Promise<void> {
    const file = this.#file!;
    let toSync = false;
    while (this.#orders.length > 0 && !this.#timeline.isDue()) {
      const order = this.#orders.shift()!;
      const { reading, absent, failed } = order;
      if (absent !== undefined) {
        batch.push(order);
        await this.#beAbsent(absent.reason, absent.now);
        continue;
      }
      try {
        await this.#takeNow(reading!);
        toSync = true;
        batch.push(order);
      } catch (error) {
        if (!(error instanceof CollectorFailure)) {
          batch.push(order);
          throw error;
        }
        // What comes after it in the same watch builds upon it, so it cannot be taken either.
        this.#watching = false;
        failed(error);
      }
    }
    if (toSync) {
      crashPoint('reading-written');
      await file.sync();
      crashPoint('reading-synced');
    }
    if (this.#timeline.isDue()) await this.#closeDue();
  }

  async #takeNow(reading: Reading): Promise<void> {
    const { journal, time } = this.#options;
    const now = Math.floor(time.now() / 1000);
    checkReading(reading, now);
    const taken = new TakenReading({
      timeline: this.#timeline,
      absences: this.#absences,
      labels: this.#labels,
      watching: this.#watching && !this.#begun,
      nextLabels: this.#labelsToCome,
    });
    const { step, mutations, notes } = taken.take(reading);
    await this.#file!.append(stepLines(step, mutations));
    this.#timeline.settle(step);
    this.#absences.end();
    this.#watching = true;
    this.#begun = false;
    if (this.#labelsToCome !== undefined) this.#labels = this.#labelsToCome;
    this.#labelsToCome = undefined;
    for (const { code, message, example } of notes) {
      const such = example === undefined ? '' : `, such as ${this.#hidden(example)}`;
      journal.note({ code, product: basename(this.#folder), message: `${message}${such}.` });
    }
  }

  async #beAbsent(reason: GapReason, now: number): Promise<void> {
    this.#watching = false;
    const timeline = this.#timeline;
    if (timeline.seen === undefined) return;
    const absence = this.#absences.add(Math.max(now, timeline.seen), reason);
    if (absence !== undefined) {
      await this.#file!.append(absentLines(absence));
      await this.#file!.sync();
    }
    const over = now - SKEW;
    const first = timeline.baseAt;
    for (let hour = first; hour + HOUR <= over; hour += HOUR) {
      if (this.#needsNothing(hour, over)) hour = this.#lastThatNeedsNothing(hour, over);
      else await this.#closeOne(hour, false);
    }
    // No log is asked about so long a gap, so what was open is given up.
    const last = hourOf(over) - HOUR;
    if (last >= first && over - timeline.seen > LONGEST_GAP) {
      await this.#decide({ hour: last, version: 0, covered: 0, final: true });
      await this.#replaceState();
    }
  }

  async #closeDue(): Promise<void> {
    const timeline = this.#timeline;
    while (timeline.isDue()) {
      const hour = timeline.baseAt;
      if (this.#needsNothing(hour, timeline.seen!)) {
        const last = this.#lastThatNeedsNothing(hour, timeline.seen!);
        await this.#decide({ hour: last, version: 0, covered: 0, final: true });
      } else await this.#closeOne(hour, true);
    }
    await this.#replaceState();
    crashPoint('hour-done');
  }

  /** What was closed before is as good; or nothing is covered, and it is so long ago that it is missing without being listed. */
  #needsNothing(hour: number, now: number): boolean {
    const covered = secondsIn(this.#timeline.coveredIn(hour));
    const before = this.#timeline.closedAs(hour);
    return before === undefined ? covered === 0 && hour < now - LONGEST_GAP : covered <= before.covered;
  }

  /** Of the hours from this one on that need nothing, the last that is over. */
  #lastThatNeedsNothing(hour: number, now: number): number {
    let last = hour;
    while (last + 2 * HOUR <= now && this.#needsNothing(last + HOUR, now)) last += HOUR;
    return last;
  }

  async #closeOne(hour: number, final: boolean): Promise<void> {
    const timeline = this.#timeline;
    let prepared: PreparedHour;
    try {
      prepared = await prepareClosing(this.#folder, {
        timeline,
        hour,
        final,
        absent: this.#absences.gaps(Math.max(timeline.seen ?? hour, hour), hour + HOUR),
        privacy: this.#privacy,
      });
    } catch (error) {
      throw diskError(`closing the hour ${formatInstant(hour)}`, this.#folder, error);
    }
    await this.#decide(prepared.mark);
    crashPoint('hour-decided');
    await publishHour(this.#folder, prepared.folder);
    this.#tell(prepared);
  }

  /** From here on the hour is closed, whatever happens. */
  async #decide(mark: PreparedHour['mark']): Promise<void> {
    await this.#file!.append(closedLines(mark));
    await this.#file!.sync();
    this.#timeline.close(mark);
  }

  async #replaceState(): Promise<void> {
    await this.#file!.replace(stateLines(this.#timeline, this.#absences.list));
  }

  async #load(): Promise<void> {
    let read = await readLedger(this.#folder);
    if (read.bytes === 0) {
      const aside = await putAside(this.#folder, this.#options.time.now());
      if (aside !== undefined)
        this.#options.journal.note({
          code: 'ledger-damaged',
          product: basename(this.#folder),
          message: `The ledger could not be read and was put aside as ${basename(aside)}. Metering begins anew; the open hour is partial.`,
        });
      read = await readLedger(this.#folder);
    }
    const { timeline, absences, decided, bytes } = read;
    this.#timeline = timeline;
    this.#absences = new Absences(absences);
    this.#watching = false;
    this.#file = await LedgerFile.open(this.#folder, bytes);
    await finishClosing(this.#folder, decided);
    // Until somebody says better: whatever ended the watch, it was not seen.
    if (timeline.seen !== undefined && absences.length === 0)
      this.#absences.add(timeline.seen, 'meter-stopped');
    if (bytes === 0) await this.#replaceState();
  }

  /** Memory may be ahead of the disk, or the other way round: it is made again before anything else is taken. */
  async #forget(): Promise<void> {
    this.#watching = false;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
    await this.#load().catch(() => undefined);
  }

  #tell({ listed, twins }: PreparedHour): void {
    const { journal } = this.#options;
    const product = basename(this.#folder);
    const of = listed.reason === undefined ? '' : `, ${listed.reason}`;
    journal.note({ code: 'hour-kept', product, message: `${listed.hour} is closed: ${listed.status}${of}.` });
    if (twins.length > 0)
      journal.note({
        code: 'machine-twice',
        product,
        message: `${twins.length} UUIDs were borne by two machines at the same time in ${listed.hour}, such as ${twins[0]}. Each second counts once, for the machine that was there first.`,
      });
  }

  #hidden({ attribute, name }: NonNullable<Note['example']>): string {
    if (name === '') return 'one without a name';
    return this.#privacy.text(attribute, name, hourOf(this.#timeline.seen ?? 0));
  }
}
