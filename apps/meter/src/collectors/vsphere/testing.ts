/** What the tests of this room share: a watch on a vCenter, and waiting for what it tells. */
import type { VcsimTruth } from '../../../test/peers/vcsim.ts';
import type { Change, Inventory, MachineState, Reading } from '../../inventory/index.ts';
import type { JournalEntry } from '../../journal/index.ts';
import type { LicenseRule, ProductSettings } from '../../settings/index.ts';
import { REAL_TIME, type Time } from '../../time/index.ts';
import { createVsphereCollector } from './vsphere-collector.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
}

export function productAt(place: Place, user: string, more: Partial<ProductSettings> = {}): ProductSettings {
  return {
    name: 'vc1',
    type: 'vCenter',
    address: place.address,
    port: place.port,
    user,
    fingerprint: place.fingerprint,
    caFile: undefined,
    poll: 1,
    paused: false,
    ...more,
  };
}

/** A collector that is being watched; all that it told so far. */
export function watchVcenter(
  owner: { after(end: () => Promise<void>): void },
  product: ProductSettings,
  password: string,
  options: { readonly licenses?: readonly LicenseRule[]; readonly since?: number; readonly time?: Time } = {},
) {
  const journal: JournalEntry[] = [];
  const collector = createVsphereCollector({
    product,
    password: async () => password,
    licenses: options.licenses ?? [],
    time: options.time ?? REAL_TIME,
    journal: { note: (entry) => void journal.push(entry) },
  });
  const stop = new AbortController();
  const readings: Reading[] = [];
  const waiting = new Set<() => void>();
  let failure: unknown;
  let over = false;
  const running = (async () => {
    try {
      const since = options.since === undefined ? {} : { since: options.since };
      for await (const reading of collector.watch({ signal: stop.signal, ...since })) {
        readings.push(reading);
        for (const look of waiting) look();
      }
    } catch (error) {
      failure = error;
    }
    over = true;
    for (const look of waiting) look();
  })();
  owner.after(async () => {
    stop.abort();
    await running;
  });
  /** Waits until the readings show it; throws what the watch failed with. */
  const until = async <T>(found: () => T | undefined | false): Promise<T> =>
    await new Promise<T>((resolve, reject) => {
      const look = () => {
        const value = found();
        if (value !== undefined && value !== false) {
          waiting.delete(look);
          resolve(value);
        } else if (over) {
          waiting.delete(look);
          reject(failure ?? new Error('the watch ended'));
        }
      };
      waiting.add(look);
      look();
    });
  const changes = (): readonly Change[] =>
    readings.flatMap((reading) => (reading.kind === 'changes' ? reading.changes : []));
  return {
    collector,
    journal,
    readings,
    running,
    changes,
    until,
    stop: () => stop.abort(),
    failure: async () => {
      await running;
      return failure;
    },
    inventory: async () => await until(() => readings.find((reading) => reading.kind === 'inventory')),
    /** Waits until everything up to now, by the vCenter's clock, has been told. */
    caughtUp: async (ms = Date.now()) => {
      const second = Math.floor(ms / 1000);
      await until(() => (readings.at(-1)?.seen ?? 0) >= second);
    },
    /** Machines as they are after all that was told. */
    machines: (): ReadonlyMap<string, MachineState> => played(readings),
  };
}

/** The machines that inventory and changes lead to. */
export function played(readings: readonly Reading[]): ReadonlyMap<string, MachineState> {
  const machines = new Map<string, MachineState>();
  for (const reading of readings) {
    if (reading.kind === 'inventory') {
      machines.clear();
      for (const state of reading.inventory.machines) machines.set(state.id, state);
    } else {
      for (const change of reading.changes) {
        if (change.kind === 'machine') machines.set(change.state.id, change.state);
        else if (change.kind === 'gone' && change.of === 'machine') machines.delete(change.id);
      }
    }
  }
  return machines;
}

/** What is told of a machine, in the words of the truth; without what they cannot share. */
export function told(machines: Iterable<MachineState>): readonly object[] {
  return [...machines]
    .map(({ id, uuid, name, power, vcpus, memoryMib, reservationMib, host, pool, folder }) => ({
      ...{ id, uuid, name, power, cpus: vcpus, memoryMib, reservationMib, host, pool, folder },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function truly(machines: VcsimTruth['machines']): readonly object[] {
  return machines
    .filter(({ template }) => !template)
    .map(({ id, uuid, name, power, cpus, memoryMib, reservationMib, host, pool, folder }) => ({
      ...{ id, uuid, name, power, cpus, memoryMib, reservationMib, host, pool, folder },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function hostsOf(inventory: Inventory): readonly object[] {
  return inventory.hosts
    .map(({ id, name, sockets, coresPerSocket, memoryMib, model, license }) => ({
      ...{ id, name, sockets, cores: sockets * coresPerSocket, memoryMib, model, license: license.key },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Changes of one machine's power, as [second, state]. */
export function powerOf(changes: readonly Change[], id: string): readonly [number, string][] {
  return changes.flatMap((change) =>
    change.kind === 'machine' && change.state.id === id ? [[change.at, change.state.power]] : [],
  );
}
