/**
 * The libvirt collector: one host, watched by two read-only virsh processes for as long as the connection holds.
 *
 * The first listens to events from before the inventory is read, the second answers looks: one at least every `poll` seconds,
 * one at once when an event comes. A reading's `seen` is the moment at which its look began: what was so by then was seen by
 * it or told by an event. Libvirt keeps no log of what happened, so there is never a ProductLog and no gap is ever proven.
 */
import { setImmediate } from 'node:timers/promises';
import { libvirtAddressFaults } from '../../addresses/index.ts';
import {
  type Change,
  type Collector,
  CollectorFailure,
  type MachineState,
  type Reading,
  type WatchOptions,
} from '../../inventory/index.ts';
import type { Journal } from '../../journal/index.ts';
import type { ProductSettings } from '../../settings/index.ts';
import type { Time } from '../../time/index.ts';
import { isPrivate, isRemote } from './address.ts';
import { type Domain, type Look, lookAtDomains } from './domains.ts';
import type { DomainEvent } from './event-line.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { type Host, readHost } from './host.ts';
import { openSession, type Session } from './session.ts';
import { readStorage } from './storage.ts';
import { weave } from './weave.ts';

/** Seconds from one inventory to the next on a connection that holds. */
const INVENTORY_EVERY = 3600;
/** Looks that events call for are at least this far apart, milliseconds, and never take more than a fifth of the time. */
const SHORTEST_PAUSE = 500;
const PAUSE_OF_LOOK = 4;
/** A look that comes so much later than it was due comes after a time that nobody saw, milliseconds. */
const STOOD_STILL = 60_000;
/** And no look takes so long, that of an inventory neither. */
const LONGEST_LOOK = 300_000;
/** How long an answer may take, milliseconds. */
const PATIENCE = 60_000;
/** Characters that a record's name may have. */
const LONGEST_NAME = 512;
const NO_STORAGE = 'this connection does not tell what disks take: storage is metered as 0';
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/gu;

export interface LibvirtCollectorOptions {
  readonly product: ProductSettings;
  readonly time: Time;
  readonly journal: Journal;
  /** Name or path of virsh; default: `virsh` of the PATH. */
  readonly program?: string;
  /** How long one answer may take, milliseconds; default 60,000. */
  readonly patience?: number;
}

/**
 * Passwords are none of its business: ssh takes keys, TLS certificates, SASL the auth.conf of libvirt.
 * An address that is not to be used is told by the watch, as a failure that needs a person.
 */
export function createLibvirtCollector(options: LibvirtCollectorOptions): Collector {
  const { product, time, journal, program = 'virsh', patience = PATIENCE } = options;
  let requests = 0;
  let bytes = 0;
  const lacking = new Set<string>();

  async function* watch({ signal }: WatchOptions): AsyncGenerator<Reading> {
    if (signal.aborted) return;
    const faults = libvirtAddressFaults(product.address);
    if (faults.length > 0)
      throw new CollectorFailure('internal', `the address of ${product.name} ${faults.join('; it ')}`, {
        needsPerson: true,
      });
    const onBytes = (count: number) => {
      bytes += count;
    };
    const connection = { program, address: product.address, patience };
    const events = isPrivate(product.address) ? undefined : openEventStream({ ...connection, onBytes });
    const session = openSession({
      ...connection,
      onAnswer(count) {
        requests++;
        onBytes(count);
      },
    });
    const stop = () => void Promise.all([session.end(), events?.end()]);
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield* readings(session, events, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      await Promise.all([session.end(), events?.end()]);
    }
  }

  async function* readings(
    session: Session,
    events: EventStream | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Reading> {
    const told = (await events?.listening()) ?? false;
    remark(told);
    const known = new Map<string, MachineState>();
    let kept: readonly DomainEvent[] = [];
    let suspected: ReadonlySet<string> | undefined = told ? new Set() : undefined;
    let inventoried = 0;
    let lookedAt = 0;
    let host: Host | undefined;
    let storage: ReadonlyMap<string, number> = new Map();
    const machineOf = (domain: Domain) => stateOf(domain, host!, storage.get(domain.uuid) ?? 0);
    while (!signal.aborted) {
      const began = Math.max(time.now(), lookedAt);
      if (host === undefined || began >= inventoried + INVENTORY_EVERY * 1000) host = await readHost(session);
      const first = inventoried === 0;
      const seenBefore = Math.floor(lookedAt / 1000);
      lookedAt = Math.max(time.now(), lookedAt);
      const look = await lookAtDomains(session);
      // What the events' virsh has written by now is read before the look is judged.
      await setImmediate();
      const took = Math.max(time.now() - lookedAt, 0);
      if (events?.failure() !== undefined) throw events.failure();
      const heard = [...kept, ...take(events)];
      const seen = Math.floor(lookedAt / 1000);
      if (first) {
        for (const domain of look.domains.values()) known.set(domain.uuid, machineOf(domain));
        kept = heard.filter((event) => event.at > lookedAt);
      } else {
        const woven = weave({ known, look, lookedAt, events: heard, seenBefore, machineOf, suspected });
        kept = woven.kept;
        if (told) suspected = woven.suspected;
        note(woven.missed, told ? woven.untold : 0, seen);
        yield { kind: 'changes', seen, changes: woven.changes.map(withPlainName) };
      }
      if (first || began >= inventoried + INVENTORY_EVERY * 1000) {
        inventoried = began;
        storage = await storageOf(session, look);
        for (const [uuid, machine] of known)
          known.set(uuid, { ...machine, storageMib: storage.get(uuid) ?? 0 });
        yield inventoryOf(seen, host, known);
      }
      const worked = Math.min(time.now() - lookedAt, LONGEST_LOOK);
      await untilNextLook(events, kept.length > 0 || (suspected?.size ?? 0) > 0, lookedAt, took, signal);
      // This machine stood still, or its clock was set: nobody saw the time between, and libvirt keeps no log of it.
      if (!signal.aborted && time.now() - lookedAt > product.poll * 1000 + worked + STOOD_STILL)
        throw new CollectorFailure(
          'connection-lost',
          `nobody looked for ${Math.round((time.now() - lookedAt) / 1000)} s: this machine stood still, or its clock was set`,
        );
    }
  }

  async function storageOf(session: Session, look: Look): Promise<ReadonlyMap<string, number>> {
    const storage = await readStorage(session, look.domains);
    if (storage === undefined && look.domains.size > 0) lacking.add(NO_STORAGE);
    else lacking.delete(NO_STORAGE);
    return storage ?? new Map();
  }

  /** Events by the clock of `time`: they carry the real one's, which a test's may differ from. */
  function take(events: EventStream | undefined): DomainEvent[] {
    const ahead = time.now() - Date.now();
    return (events?.take() ?? []).map((event) => ({ ...event, at: event.at + ahead }));
  }

  async function untilNextLook(
    events: EventStream | undefined,
    called: boolean,
    lookedAt: number,
    took: number,
    signal: AbortSignal,
  ) {
    const poll = product.poll * 1000;
    const pause = Math.min(Math.max(SHORTEST_PAUSE, PAUSE_OF_LOOK * took), poll);
    await rest(lookedAt + pause - time.now(), signal);
    if (called || (events?.waiting() ?? 0) > 0 || events?.failure() !== undefined) return;
    const woken = new AbortController();
    const wake = () => woken.abort();
    const forget = events?.onMore(wake);
    await rest(lookedAt + poll - time.now(), AbortSignal.any([signal, woken.signal]));
    forget?.();
  }

  async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds <= 0 || signal.aborted) return;
    try {
      await time.sleep(milliseconds, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  function remark(told: boolean): void {
    lacking.clear();
    if (!told) lacking.add('this connection tells no events: changes count from the look that finds them');
    if (isRemote(product.address))
      lacking.add("libvirt does not tell the host's clock: times are by the clock of this machine");
  }

  function note(missed: readonly string[], untold: number, seen: number): void {
    for (const name of missed) {
      const message = `the domain ${JSON.stringify(name)} ran and was gone before it could be looked at`;
      journal.note({ code: 'change-missed', product: product.name, message });
    }
    if (untold === 0) return;
    const message = `${untold} changes of power without an event count from ${new Date(seen * 1000).toISOString()}, when they were found`;
    journal.note({ code: 'change-missed', product: product.name, message });
  }

  return {
    watch,
    health: () => ({
      skewSeconds: isRemote(product.address) ? undefined : 0,
      lacking: [...lacking],
      requests,
      bytes,
    }),
  };
}

function stateOf(domain: Domain, host: Host, storageMib: number): MachineState {
  return {
    id: domain.uuid,
    uuid: domain.uuid,
    name: domain.name,
    power: domain.power,
    vcpus: domain.vcpus,
    memoryMib: domain.memoryMib,
    reservationMib: 0,
    storageMib,
    services: [],
    host: host.state.id,
    pool: undefined,
    folder: undefined,
  };
}

function inventoryOf(seen: number, host: Host, known: ReadonlyMap<string, MachineState>): Reading {
  return {
    kind: 'inventory',
    seen,
    product: host.product,
    inventory: {
      machines: [...known.values()].map(plainlyNamed),
      hosts: [host.state],
      clusters: [],
      places: [{ id: host.state.id, type: 'HostSystem', name: host.state.name, parent: undefined }],
    },
  };
}

function withPlainName(change: Change): Change {
  return change.kind === 'machine' ? { ...change, state: plainlyNamed(change.state) } : change;
}

/** The machine under a name that a record can hold: libvirt takes tabs, carriage returns and longer ones. */
function plainlyNamed(machine: MachineState): MachineState {
  const name = [...machine.name.replace(UNPRINTABLE, '\ufffd')].slice(0, LONGEST_NAME).join('');
  return name === machine.name ? machine : { ...machine, name };
}
