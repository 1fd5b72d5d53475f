import { HOUR } from '@meterhouse/metering';
import { DAY } from './day.ts';

const HOURS = DAY / HOUR;

/** Counts the machines that ran on each host in each hour of a day, each once however often it was switched in it. */
export class RunningTally {
  readonly #counts: Uint32Array;
  readonly #lastMachine: Int32Array;

  constructor(hosts: number) {
    this.#counts = new Uint32Array(hosts * HOURS);
    this.#lastMachine = new Int32Array(hosts * HOURS).fill(-1);
  }

  /** Machines are told one after another, by ascending number. */
  add(host: number, hourOfDay: number, machine: number): void {
    const place = host * HOURS + hourOfDay;
    if (this.#lastMachine[place] === machine) return;
    this.#lastMachine[place] = machine;
    this.#counts[place] = this.#counts[place]! + 1;
  }

  count(host: number, hourOfDay: number): number {
    return this.#counts[host * HOURS + hourOfDay] ?? 0;
  }
}
