/** The event history of a stretch in which nobody watched, for the hours room to prove what it can. */
import type { Happening, ProductLog } from '../../inventory/index.ts';
import type { MachineEvent } from './machines/events.ts';

/** Of a longer history the newest part is kept: 20 MB of happenings. */
const MOST = 200_000;

export class EventLog {
  readonly #since: number;
  #from: number;
  #happenings: Happening[] = [];
  readonly #there = new Set<string>();

  /** @param since, from Unix seconds: what is asked for, and how far back the vCenter's history goes */
  constructor(since: number, from: number) {
    this.#since = since;
    this.#from = Math.max(since, from);
  }

  add(event: MachineEvent): void {
    const happening = happeningOf(event);
    if (happening === undefined || happening.at < this.#since) return;
    // A clone is created and cloned: it is made once.
    if (happening.what === 'removed') this.#there.delete(happening.machine);
    if (happening.what === 'made') {
      if (this.#there.has(happening.machine)) return;
      this.#there.add(happening.machine);
    }
    this.#happenings.push(happening);
    if (this.#happenings.length < 2 * MOST) return;
    this.#happenings = this.#happenings.slice(-MOST);
    this.#from = Math.max(this.#from, this.#happenings[0]!.at + 1);
  }

  until(seen: number): ProductLog {
    const happenings = this.#happenings.filter(({ at }) => at <= seen).sort((a, b) => a.at - b.at);
    return { from: this.#from, happenings };
  }
}

function happeningOf(event: MachineEvent): Happening | undefined {
  const { machine, power, host, vcpus, memoryMib, reservationMib } = event;
  const base = { at: Math.floor(event.at / 1000), machine };
  switch (event.what) {
    case 'made':
    case 'removed':
      return { ...base, what: event.what };
    case 'power':
      return { ...base, what: 'power', power: power! };
    case 'moved':
      return { ...base, what: 'moved', ...(host !== undefined && { host }) };
    case 'configured': {
      const became = {
        ...(vcpus !== undefined && { vcpus }),
        ...(memoryMib !== undefined && { memoryMib }),
        ...(reservationMib !== undefined && { reservationMib }),
      };
      // A disk was added, say: the event tells what changed, and it is nothing that is metered.
      if (event.told && Object.keys(became).length === 0) return undefined;
      return { ...base, what: 'configured', ...became };
    }
    default:
      return undefined;
  }
}
