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
  /** What is told of a machine before it is made: its size and its UUID. */
  readonly #making = new Map<string, Pick<Happening, 'uuid' | 'vcpus' | 'memoryMib' | 'reservationMib'>>();

  /** @param since, from Unix seconds: what is asked for, and how far back the vCenter's history goes */
  constructor(since: number, from: number) {
    this.#since = since;
    this.#from = Math.max(since, from);
  }

  add(event: MachineEvent): void {
    if (event.what === 'making' || event.what === 'named') {
      const told = event.what === 'making' ? sizeOf(event) : { uuid: event.uuid! };
      this.#making.set(event.machine, { ...this.#making.get(event.machine), ...told });
      return;
    }
    const happening = happeningOf(event);
    if (happening === undefined || happening.at < this.#since) return;
    // A clone is created and cloned: it is made once.
    if (happening.what === 'removed') this.#there.delete(happening.machine);
    if (happening.what === 'made') {
      if (this.#there.has(happening.machine)) return;
      this.#there.add(happening.machine);
      this.#happenings.push({ ...happening, ...this.#making.get(happening.machine) });
      this.#making.delete(happening.machine);
    } else this.#happenings.push(happening);
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
  const { machine, power, host, name } = event;
  const base = { at: Math.floor(event.at / 1000), machine };
  switch (event.what) {
    case 'made':
      return {
        ...base,
        what: 'made',
        ...(host !== undefined && { host }),
        ...(name !== undefined && { name }),
      };
    case 'removed':
      return { ...base, what: 'removed' };
    case 'power':
      return { ...base, what: 'power', power: power! };
    case 'moved':
      return { ...base, what: 'moved', ...(host !== undefined && { host }) };
    case 'configured': {
      const became = sizeOf(event);
      // A disk was added, say: the event tells what changed, and it is nothing that is metered.
      if (event.told && Object.keys(became).length === 0) return undefined;
      return { ...base, what: 'configured', ...became };
    }
    default:
      return undefined;
  }
}

function sizeOf({
  vcpus,
  memoryMib,
  reservationMib,
}: MachineEvent): Pick<Happening, 'vcpus' | 'memoryMib' | 'reservationMib'> {
  return {
    ...(vcpus !== undefined && { vcpus }),
    ...(memoryMib !== undefined && { memoryMib }),
    ...(reservationMib !== undefined && { reservationMib }),
  };
}
