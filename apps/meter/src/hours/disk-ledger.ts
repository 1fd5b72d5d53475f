/**
 * The ledger on the disk. What it holds in memory can be made again from its file at any moment, and is, whenever the disk
 * refused something: so memory is never ahead of what is kept.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hourOf } from '@meterhouse/metering';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { CollectorFailure, type ProductIdentity, type Reading } from '../inventory/index.ts';
import { Absences } from './absences.ts';
import { checkReading } from './check-reading.ts';
import { crashPoint } from './crash-point.ts';
import { HourCloser } from './hour-closer.ts';
import { finishClosing, makeFolders } from './hour-folder.ts';
import type { Labels } from './labels.ts';
import type { GapReason, Ledger, LedgerStatus } from './ledger.ts';
import { diskError } from './ledger-error.ts';
import { LedgerFile, putAside } from './ledger-file.ts';
import { absentLines, readLedger, stepLines } from './ledger-lines.ts';
import type { LedgerOptions } from './open-ledger.ts';
import type { Privacy } from './privacy.ts';
import { secondsIn } from './spans.ts';
import { type Note, TakenReading } from './taken-reading.ts';
import type { Timeline } from './timeline.ts';
import { WAITING } from './waiting-hours.ts';

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
  #absences!: Absences;
  #closer!: HourCloser;
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
    if (this.#timeline.isDue()) await this.#closer.closeDue(this.#privacy).catch(() => this.#forget());
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
        if (this.#timeline.isDue()) await this.#closer.closeDue(this.#privacy);
        await this.#runBatch(batch);
        for (const { done } of batch) done();
      } catch (error) {
        await this.#forget();
        const failure = diskError('keeping what was told', this.#folder, error);
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
      await file.sync();
      crashPoint('reading-synced');
    }
    if (this.#timeline.isDue()) await this.#closer.closeDue(this.#privacy);
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
    const { seen } = this.#timeline;
    if (seen === undefined) return;
    const absence = this.#absences.add(Math.max(now, seen), reason);
    if (absence !== undefined) {
      await this.#file!.append(absentLines(absence));
      await this.#file!.sync();
    }
    await this.#closer.closePassed(now, this.#privacy);
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
    this.#closer = new HourCloser({
      folder: this.#folder,
      journal: this.#options.journal,
      timeline,
      file: this.#file,
      absences: this.#absences,
    });
    if (bytes === 0) await this.#closer.replaceState();
  }

  /** Memory may be ahead of the disk, or the other way round: it is made again before anything else is taken. */
  async #forget(): Promise<void> {
    this.#watching = false;
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
    await this.#load().catch(() => undefined);
  }

  #hidden({ attribute, name }: NonNullable<Note['example']>): string {
    if (name === '') return 'one without a name';
    return this.#privacy.text(attribute, name, hourOf(this.#timeline.seen ?? 0));
  }
}
