/** A clock that stands still until a test moves it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Time } from './time.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class InjectedTime implements Time {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = {
        until: this.#now + Math.max(0, milliseconds),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** Moves the clock on, waking each sleeper at its moment and letting what it does at once be done before the next. */
  async advanceTo(moment: number): Promise<void> {
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.until > moment) break;
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await turn();
    }
    this.#now = Math.max(this.#now, moment);
  }

  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (earliest === undefined || sleeper.until < earliest.until) earliest = sleeper;
    return earliest;
  }
}
