/**
 * What the script of the month did, and what the reports have to say of it: plain bookkeeping by the second that shares no code
 * with the meter, the service or the metering package.
 */

/** A machine's state as the script set it; `undefined` in its history means that it is not there. */
export interface Machine {
  readonly power: 'on' | 'off' | 'suspended';
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly reservationMib: number;
  /** Name of its host. */
  readonly host: string;
}

/** What a host brings into the lines of its machines. */
export interface Host {
  readonly cluster: string;
  readonly customer: string;
  readonly license: string;
  readonly category: 'rental' | 'perpetual' | 'demo' | 'unknown';
}

/** [from, to), Unix seconds. */
export type Stretch = readonly [from: number, to: number];

/** One thing's states in the order of time, each from its second on; of one second the last counts. */
class Timeline<State> {
  readonly #turns: { readonly at: number; readonly state: State | undefined }[] = [];

  set(at: number, state: State | undefined): void {
    this.#turns.push({ at, state });
  }

  at(second: number): State | undefined {
    return this.#turns.findLast((turn) => turn.at <= second)?.state;
  }

  moments(): readonly number[] {
    return this.#turns.map(({ at }) => at);
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly machine: Machine;
  readonly host: Host;
}

export class History {
  readonly #machines = new Map<string, Timeline<Machine>>();
  readonly #hosts = new Map<string, Timeline<Host>>();
  readonly #missing: Stretch[] = [];
  readonly uuids = new Map<string, string>();

  machine(at: number, name: string, state: Machine | undefined): void {
    this.#of(this.#machines, name).set(at, state);
  }

  host(at: number, name: string, state: Host): void {
    this.#of(this.#hosts, name).set(at, state);
  }

  stateOf(name: string, at: number): Machine | undefined {
    return this.#machines.get(name)?.at(at);
  }

  hostOf(name: string, at: number): Host {
    return this.#hosts.get(name)!.at(at)!;
  }

  names(at: number): readonly string[] {
    return [...this.#machines].flatMap(([name, timeline]) => (timeline.at(at) === undefined ? [] : [name]));
  }

  /** Nobody saw this time, and no log tells of it. */
  miss(stretch: Stretch): void {
    this.#missing.push(stretch);
  }

  /** Seconds of the month that are missing. */
  missing([first, last]: Stretch): number {
    return this.#missing.reduce(
      (sum, [from, to]) => sum + Math.max(0, Math.min(to, last) - Math.max(from, first)),
      0,
    );
  }

  /** Each hour of the month of which something is missing, with the seconds that are not. */
  lackingHours([first, last]: Stretch): Readonly<Record<string, number>> {
    const lacking: Record<string, number> = {};
    for (let hour = first; hour < last; hour += 3600) {
      const missing = this.missing([hour, hour + 3600]);
      if (missing > 0) lacking[instant(hour)] = 3600 - missing;
    }
    return lacking;
  }

  /** The rows of Virtual Machine History but for the product, as their cells, in any order. */
  rows(month: Stretch): readonly (readonly string[])[] {
    return [...this.#machines.keys()].flatMap((name) =>
      this.#spans(name, month).map(({ from, to, machine, host }) => [
        this.uuids.get(name)!,
        name,
        machine.host,
        host.cluster,
        host.customer,
        instant(from),
        instant(to),
        thousandths(BigInt(to - from), 3600n),
        machine.power,
        String(machine.vcpus),
        thousandths(BigInt(machine.memoryMib), 1024n),
        thousandths(BigInt(machine.reservationMib), 1024n),
        thousandths(BigInt(billedHalfMib(machine)), 2048n),
        host.license,
        host.category,
        '',
      ]),
    );
  }

  /** Units of the vRAM rule: what rental and unknown licences billed, averaged over the calendar month, GB. */
  vram(month: Stretch): string {
    let halfMibSeconds = 0n;
    for (const name of this.#machines.keys())
      for (const { from, to, machine, host } of this.#spans(name, month))
        if (host.category === 'rental' || host.category === 'unknown')
          halfMibSeconds += BigInt(billedHalfMib(machine)) * BigInt(to - from);
    return thousandths(halfMibSeconds, 2048n * BigInt(month[1] - month[0]));
  }

  /** A machine's time, cut wherever anything that a row shows changes, and where it was not seen. */
  #spans(name: string, [first, last]: Stretch): readonly Span[] {
    const machine = this.#machines.get(name)!;
    const cuts = new Set([first, last, ...machine.moments(), ...this.#missing.flat()]);
    for (const host of this.#hosts.values()) for (const at of host.moments()) cuts.add(at);
    const moments = [...cuts].filter((at) => at >= first && at <= last).sort((a, b) => a - b);
    const spans: Span[] = [];
    for (const [index, from] of moments.slice(0, -1).entries()) {
      const to = moments[index + 1]!;
      const state = machine.at(from);
      if (state === undefined || this.#missing.some(([start, end]) => from >= start && from < end)) continue;
      const host = this.hostOf(state.host, from);
      const before = spans.at(-1);
      const alike =
        before?.to === from &&
        JSON.stringify([before.machine, before.host]) === JSON.stringify([state, host]);
      if (alike) spans[spans.length - 1] = { ...before, to };
      else spans.push({ from, to, machine: state, host });
    }
    return spans;
  }

  #of<State>(timelines: Map<string, Timeline<State>>, name: string): Timeline<State> {
    const timeline = timelines.get(name) ?? new Timeline<State>();
    timelines.set(name, timeline);
    return timeline;
  }
}

/** The larger of half the memory and the reservation, at most 24 GB, while it is on; in halves of a MiB. */
function billedHalfMib({ power, memoryMib, reservationMib }: Machine): number {
  return power === 'on' ? Math.min(24 * 2048, Math.max(memoryMib, 2 * reservationMib)) : 0;
}

/** A fraction with three decimals, half away from zero. */
export function thousandths(numerator: bigint, denominator: bigint): string {
  const scaled = (numerator * 2000n + denominator) / (2n * denominator);
  return `${scaled / 1000n}.${String(scaled % 1000n).padStart(3, '0')}`;
}

export const instant = (second: number) => `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
