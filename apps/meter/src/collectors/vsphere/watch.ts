/**
 * One connection's life.
 *
 * **Each round** asks four things, in this order, and the order is what makes `seen` safe:
 *
 *   1  WaitForUpdatesEx, to the end of a truncated answer   what changed, as properties
 *   2  CurrentTime                                           when that was, by the vCenter's clock
 *   3  ReadNextEvents, to the end                            what happened, by the history
 *   4  `tell(seen)`                                          both, woven (machines/machines.ts)
 *
 * `looked` is the time of 2 less what passed since the first byte of the last answer of 1: the vCenter had looked at its objects
 * by then. So every property change before `looked` is known, less what takes a vCenter's own housekeeping to notice; and every
 * event before 2 that was written by 3. Both are given SETTLING seconds: what is told is up to `looked` - SETTLING, and nothing of
 * it is changed later. A change between `looked` - SETTLING and now is kept and told with the next round, which then comes soon.
 *
 * **The first inventory** does not wait to settle, since it may be large and waiting would be all that is seen of it: its machines are
 * the properties that were read, brought up to the time of 2 by the events of 3 (an event that came before the property was read
 * leads to the same end). An event written later than that counts from the inventory's second on.
 *
 * **Lost sessions** and refused versions start the same sweep over everything anew, with the event history from the last `seen`
 * on: what the watch has told stays told, the sweep finds the rest, and events say when it was.
 */
import { CollectorFailure, type License, type Reading } from '../../inventory/index.ts';
import type { Journal, JournalEntry } from '../../journal/index.ts';
import type { ProductSettings } from '../../settings/index.ts';
import type { Time } from '../../time/index.ts';
import { EventLog } from './event-log.ts';
import { SharedTexts } from './kept-text.ts';
import type { LicenseReader } from './license-reader.ts';
import { EVENT_TYPES, type MachineEvent, readEvent, timeOf } from './machines/events.ts';
import { MachineUuids } from './machines/machine-uuids.ts';
import { Machines } from './machines/machines.ts';
import type { Moment, ProductClock } from './product-clock.ts';
import { CONFIGURATION_SET, STORAGE, WATCHED, WATCHED_TYPES } from './properties.ts';
import { checkRights } from './rights.ts';
import type { Transport } from './soap/transport.ts';
import { isFault } from './soap/vim-fault.ts';
import { type ObjectProperties, VimSession } from './soap/vim-session.ts';
import type { Reference } from './soap/write-request.ts';
import { Surroundings } from './surroundings/surroundings.ts';
import { readVsan } from './surroundings/vsan.ts';

/** Seconds after which a vCenter has written its events and sent its updates. */
export const SETTLING = 2;
const FULL_INVENTORY = 8 * 3600_000;
const LICENSES = 60_000;
const VSAN = 300_000;
/** vCenter itself gives a hundred objects at most. */
const OBJECTS = 1000;
const EVENTS = 1000;
/** Machines, hosts, pools, folders: five times as many as the largest vCenter may have. More would only fill our memory. */
const MOST_OBJECTS = 250_000;
const LONGEST_ID = 512;
/** Milliseconds by which an event may be ahead of the vCenter's clock; what is further ahead would wait for ever. */
const EVENT_AHEAD = 3_600_000;
/** Machines in one request for their configuration. */
const AGAIN = 500;
/** Sessions lost in a row after which the connection counts as lost. */
const PATIENCE = 3;

export interface WatchContext {
  readonly product: ProductSettings;
  readonly password: () => Promise<string>;
  readonly licenses: LicenseReader;
  readonly time: Time;
  readonly journal: Journal;
  /** Notes what stays as it is over many connections: the same words once. */
  readonly once: (entry: JournalEntry) => void;
  readonly clock: ProductClock;
  readonly transport: Transport;
  readonly signal: AbortSignal;
  /** Checks who it is; throws when it is another one than before. */
  readonly onIdentity: (instance: string) => void;
}

export class Watch {
  readonly #context: WatchContext;
  readonly #texts = new SharedTexts();
  readonly #surroundings: Surroundings;
  readonly #licenses: LicenseReader;
  #machines!: Machines;
  #session!: VimSession;
  #licenseManager: Reference | undefined;
  #view: Reference | undefined;
  #filter: Reference | undefined;
  #events: Reference | undefined;
  #version = '';
  #lacking: readonly string[] = [];
  #historyLacking: string | undefined;
  #again: Reference[] = [];
  /** Keys of the last events, each with its time: a new collector gives some of them again. */
  readonly #keys = new Map<number, number>();
  #missed: string[] = [];
  #uncounted: ReadonlySet<string> = new Set();
  #heardAt = 0;
  #seen = 0;
  #licensesAt = 0;
  #vsanAt = 0;

  constructor(context: WatchContext) {
    this.#context = context;
    this.#surroundings = new Surroundings(this.#texts);
    this.#licenses = context.licenses;
  }

  /** What this account may not see, in words. */
  get lacking(): readonly string[] {
    const incomplete = [...(this.#machines?.incomplete() ?? [])].length;
    const unread =
      incomplete === 0 ? undefined : `the configuration of ${incomplete} machines: they are not counted`;
    return [
      ...new Set(
        [...this.#lacking, this.#licenses.lacking, this.#historyLacking, unread].filter(
          (one) => one !== undefined,
        ),
      ),
    ];
  }

  /** @throws CollectorFailure, VimFault when the connection ends */
  async *readings(since: number | undefined): AsyncGenerator<Reading> {
    const { time, clock } = this.#context;
    yield await this.#first(since);
    let fullAt = time.now() + FULL_INVENTORY;
    let lost = 0;
    for (;;) {
      let full = time.now() >= fullAt;
      let moment: Moment;
      try {
        if (full) await this.#sweepAnew();
        else await this.#wait();
        await this.#readSlowly();
        moment = await clock.ask(this.#session);
        this.#look(moment);
        await this.#readEvents(moment, (event) => this.#machines.happened(event));
        lost = 0;
      } catch (error) {
        if (!isFault(error, 'NotAuthenticated', 'InvalidCollectorVersion', 'ManagedObjectNotFound'))
          throw error;
        lost += 1;
        if (lost > PATIENCE)
          throw new CollectorFailure(
            'connection-lost',
            `The vCenter forgets us again and again: ${error.fault}.`,
          );
        if (error.fault !== 'InvalidCollectorVersion') await this.#loginAnew();
        fullAt = 0;
        continue;
      }
      const seenBefore = this.#seen;
      this.#seen = Math.max(seenBefore, this.#settledUntil(moment));
      const around = this.#surroundings.tell(this.#seen, seenBefore);
      const changes = [...around, ...this.#machines.tell(this.#seen, moment.at)].sort((a, b) => a.at - b.at);
      this.#noteMissed();
      yield { kind: 'changes', seen: this.#seen, changes };
      if (!full) continue;
      full = false;
      fullAt = time.now() + FULL_INVENTORY;
      yield this.#inventory();
    }
  }

  /** Says goodbye, so that the vCenter keeps no session of ours. */
  async end(): Promise<void> {
    await this.#session?.logout(AbortSignal.timeout(2000)).catch(() => undefined);
  }

  async #first(since: number | undefined): Promise<Reading> {
    const { clock } = this.#context;
    await this.#login();
    const instance = this.#session.content.instance;
    this.#machines = new Machines({
      uuids: new MachineUuids(instance, (uuid, first, second) => this.#noteDuplicate(uuid, first, second)),
      texts: this.#texts,
      folders: this.#surroundings.vappFolders,
      onMissed: (what) => this.#missed.push(what),
    });
    const began = await clock.ask(this.#session);
    this.#machines.looked(began.at);
    const asked = since ?? Math.floor(began.at / 1000);
    await this.#listen(Math.min(asked, Math.floor(began.at / 1000) - SETTLING));
    const log =
      since === undefined ? undefined : new EventLog(since, await this.#historyBegins(since, began.at));
    await this.#sweep();
    await this.#readSlowly();
    const moment = await clock.ask(this.#session);
    this.#look(moment);
    await this.#readEvents(moment, (event) => {
      log?.add(event);
      if (event.at >= began.at) this.#machines.happened(event);
    });
    this.#seen = Math.max(Math.floor(moment.at / 1000), since ?? 0);
    this.#machines.begin(this.#seen, began.at);
    this.#missed = [];
    const inventory = this.#inventory();
    return log === undefined ? inventory : { ...inventory, log: log.until(this.#seen) };
  }

  async #login(): Promise<void> {
    const { transport, product, password, signal, onIdentity, once } = this.#context;
    transport.forgetSession();
    this.#session = await VimSession.open(transport, signal);
    onIdentity(this.#session.content.instance);
    await this.#session.login(product.user, await passwordOf(password, product.name));
    const lacking = await checkRights(this.#session, product.user);
    for (const one of lacking)
      once({
        code: 'rights-missing',
        product: product.name,
        message: `Lacking: ${one}. Metering goes on.`,
      });
    this.#lacking = lacking;
    this.#licenseManager = await this.#session.licenseAssignmentManager();
    this.#view = undefined;
    this.#filter = undefined;
  }

  /** A session ended: its filters, views and collectors are gone. The history goes on where it was read last. */
  async #loginAnew(): Promise<void> {
    await this.#login();
    await this.#listen(this.#seen - SETTLING - 1);
  }

  async #listen(since: number): Promise<void> {
    this.#historyLacking = undefined;
    this.#events = undefined;
    try {
      this.#events = await this.#session.createCollectorForEvents({ since, types: EVENT_TYPES });
    } catch (error) {
      if (!isFault(error, 'NoPermission')) throw error;
      this.#historyLacking = `${error.privilege ?? 'the right'} to read the event history: changes count from when they are seen, and gaps cannot be proven`;
    }
  }

  /** How far back the vCenter's history goes, Unix seconds; `now` where there is none. */
  async #historyBegins(since: number, now: number): Promise<number> {
    if (this.#events === undefined) return Math.ceil(now / 1000);
    const all = await this.#session.createCollectorForEvents({});
    let oldest = now;
    await this.#session.readNextEvents(all, 1, (event) => {
      oldest = Math.min(oldest, timeOf(event) || now);
    });
    await this.#session.destroyCollector(all);
    return oldest / 1000 <= since ? since : Math.ceil(oldest / 1000);
  }

  async #sweepAnew(): Promise<void> {
    if (this.#filter !== undefined) {
      const filter = this.#filter;
      this.#filter = undefined;
      await this.#session.destroyPropertyFilter(filter);
    }
    await this.#sweep();
  }

  /** Everything from the start, in pages. */
  async #sweep(): Promise<void> {
    const session = this.#session;
    this.#view ??= await session.createContainerView(WATCHED_TYPES);
    this.#filter = await session.createFilter(this.#view, WATCHED);
    this.#machines.beginSweep();
    this.#surroundings.beginSweep();
    this.#version = '';
    await this.#takeUpdates(0);
    this.#machines.endSweep();
    this.#surroundings.endSweep();
    await session.retrieveOfView(this.#view, STORAGE, OBJECTS, (object) => this.#machines.storage(object));
    this.#licensesAt = 0;
    this.#vsanAt = 0;
  }

  async #wait(): Promise<void> {
    await this.#takeUpdates(this.#secondsToWait());
  }

  async #takeUpdates(seconds: number): Promise<void> {
    const take = (object: ObjectProperties) => this.#take(object);
    let updates = await this.#session.waitForUpdates(this.#version, seconds, OBJECTS, take);
    this.#heardAt = updates.heardAt;
    while (updates.version !== undefined) {
      this.#version = updates.version;
      if (!updates.truncated) break;
      updates = await this.#session.waitForUpdates(this.#version, 0, OBJECTS, take);
      this.#heardAt = updates.heardAt;
    }
    const again = this.#again;
    this.#again = [];
    for (let from = 0; from < again.length; from += AGAIN)
      await this.#session.retrieveOf(again.slice(from, from + AGAIN), CONFIGURATION_SET, (object) =>
        this.#machines.update(object),
      );
  }

  #take(object: ObjectProperties): void {
    if (this.#machines.size + this.#surroundings.size > MOST_OBJECTS || object.id.length > LONGEST_ID)
      throw new CollectorFailure(
        'answer-not-understood',
        `The vCenter tells of more than ${MOST_OBJECTS} objects, or of one with an id of more than ${LONGEST_ID} characters.`,
      );
    if (object.type !== 'VirtualMachine') this.#surroundings.update(object);
    else if (this.#machines.update(object)) this.#again.push({ type: object.type, value: object.id });
  }

  /** A minute's look at what sends no updates. */
  async #readSlowly(): Promise<void> {
    const now = this.#context.time.now();
    const session = this.#session;
    if (now - this.#licensesAt >= LICENSES) {
      const licenses: ReadonlyMap<string, License> = await this.#licenses.read(session, this.#licenseManager);
      this.#surroundings.license(licenses);
      this.#licenses.noteUnknown(licenses, this.#surroundings.hostIds);
      this.#licensesAt = now;
      this.#noteUncounted();
    }
    if (now - this.#vsanAt >= VSAN) {
      this.#surroundings.vsan(await readVsan(session, this.#surroundings.datastores));
      this.#vsanAt = now;
    }
  }

  /** All events up to a moment: while a storm goes on there is always one more, and those after it can wait. */
  async #readEvents(until: Moment, take: (event: MachineEvent) => void): Promise<void> {
    if (this.#events === undefined) return;
    let newest = 0;
    for (;;) {
      const count = await this.#session.readNextEvents(this.#events, EVENTS, (element) => {
        const event = readEvent(element);
        newest = Math.max(newest, event?.at ?? 0);
        if (event === undefined || event.at > until.at + EVENT_AHEAD || this.#keys.has(event.key)) return;
        this.#keys.set(event.key, event.at);
        take(event);
      });
      if (count === 0 || newest > until.at) break;
    }
    // What a new collector could give again is what is not older than the last `seen`.
    const old = (this.#seen - 60) * 1000;
    for (const [key, at] of this.#keys) if (at < old) this.#keys.delete(key);
  }

  #look({ at, asked }: Moment): void {
    this.#machines.looked(at);
    this.#surroundings.looked(at);
    this.#heardAt = Math.min(this.#heardAt, asked);
  }

  /** The last second of which everything is known. */
  #settledUntil({ at, asked }: Moment): number {
    return Math.floor((at - (asked - this.#heardAt)) / 1000) - SETTLING;
  }

  /** Until the next look is due: the poll, the end of an hour, or what waits to settle. */
  #secondsToWait(): number {
    const { product } = this.#context;
    const now = this.#seen + SETTLING;
    const hourEnds = (Math.floor(now / 3600) + 1) * 3600 + SETTLING - now;
    const waiting = this.#machines.pending || this.#surroundings.pending;
    return Math.max(1, Math.min(product.poll, hourEnds, waiting ? SETTLING : Number.POSITIVE_INFINITY));
  }

  #inventory(): Reading & { readonly kind: 'inventory' } {
    const { instance, version } = this.#session.content;
    return {
      kind: 'inventory',
      seen: this.#seen,
      product: { id: instance, type: 'vCenter', version },
      inventory: { machines: [...this.#machines.inventory()], ...this.#surroundings.inventory() },
    };
  }

  /** Tells of machines that could not be counted at this minute's look and the one before: one that is being made is whole by then. */
  #noteUncounted(): void {
    const uncounted = [...this.#machines.incomplete()];
    const still = uncounted.filter(({ id }) => this.#uncounted.has(id));
    this.#uncounted = new Set(uncounted.map(({ id }) => id));
    const [first] = still;
    if (first === undefined) return;
    this.#context.once({
      code: 'machine-not-counted',
      product: this.#context.product.name,
      message: `The vCenter does not tell processors and memory of ${still.length} machines, such as ${first.name || 'one without a name'} (${first.id}): they are in no record until it does.`,
    });
  }

  #noteMissed(): void {
    if (this.#missed.length === 0) return;
    const [first, ...others] = this.#missed;
    this.#missed = [];
    this.#context.journal.note({
      code: 'change-missed',
      product: this.#context.product.name,
      message: `${first!.charAt(0).toUpperCase()}${first!.slice(1)}${others.length === 0 ? '' : `; and ${others.length} more`}.`,
    });
  }

  #noteDuplicate(uuid: string, first: string, second: string): void {
    this.#context.once({
      code: 'machine-twice',
      product: this.#context.product.name,
      message: `Machines ${first} and ${second} have the same instance UUID ${uuid}: the second is recorded under one made of it and its id.`,
    });
  }
}

async function passwordOf(password: () => Promise<string>, product: string): Promise<string> {
  try {
    return await password();
  } catch (error) {
    if (error instanceof CollectorFailure) throw error;
    throw new CollectorFailure('password-missing', `There is no password for the product ${product}.`, {
      needsPerson: true,
    });
  }
}
