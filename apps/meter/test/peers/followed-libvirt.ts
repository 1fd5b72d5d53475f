import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createLibvirtCollector } from '../../src/collectors/libvirt/index.ts';
import type { Change, Inventory, MachineState, Reading } from '../../src/inventory/index.ts';
import type { JournalEntry } from '../../src/journal/index.ts';
import { REAL_TIME } from '../../src/time/index.ts';

/** A watch whose readings are followed, so that a test can ask what is known by now. */
export function follow(
  t: TestContext,
  address: string,
  options: { poll?: number; patience?: number; program?: string } = {},
) {
  const { poll = 60, ...others } = options;
  const journal: JournalEntry[] = [];
  const collector = createLibvirtCollector({
    product: {
      name: 'kvm1',
      type: 'libvirt',
      address,
      port: 0,
      user: '',
      fingerprint: undefined,
      caFile: undefined,
      poll,
      paused: false,
    },
    time: REAL_TIME,
    journal: { note: (entry) => journal.push(entry) },
    ...others,
  });
  const end = new AbortController();
  const machines = new Map<string, MachineState>();
  const changes: Change[] = [];
  let inventory: (Reading & { kind: 'inventory' }) | undefined;
  let seen = 0;
  let failure: (Error & { code?: string; needsPerson?: boolean }) | undefined;
  let over = false;
  let wake = () => {};
  const done = (async () => {
    try {
      for await (const reading of collector.watch({ signal: end.signal })) {
        assert.ok(reading.seen >= seen, 'seen goes back');
        if (reading.kind === 'inventory') {
          inventory = reading;
          machines.clear();
          for (const machine of reading.inventory.machines) machines.set(machine.uuid, machine);
        } else
          for (const change of reading.changes) {
            assert.ok(
              change.at >= seen && change.at <= reading.seen,
              `${change.at} is not between ${seen} and ${reading.seen}`,
            );
            changes.push(change);
            if (change.kind === 'machine') machines.set(change.state.uuid, change.state);
            else if (change.kind === 'gone') machines.delete(change.id);
          }
        seen = reading.seen;
        wake();
      }
    } catch (error) {
      failure = error as Error;
    }
    over = true;
    wake();
  })();
  const stop = async () => {
    end.abort();
    await done;
  };
  t.after(stop);
  const until = async (what: () => boolean) => {
    while (!what()) {
      if (over) throw failure ?? new Error('the watch is over');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    collector,
    journal,
    machines,
    changes,
    stop,
    until,
    seen: () => seen,
    async inventory(): Promise<Inventory> {
      await until(() => inventory !== undefined);
      return inventory!.inventory;
    },
    product: () => inventory!.product,
    async failure() {
      await done;
      return failure;
    },
  };
}
