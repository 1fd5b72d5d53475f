/** The vCenter's clock, asked each time; and how far it is from ours. */
import { performance } from 'node:perf_hooks';
import type { Journal } from '../../journal/index.ts';
import type { Time } from '../../time/index.ts';
import type { VimSession } from './soap/vim-session.ts';

/** Seconds from which people are told. */
const WORTH_TELLING = 5;

export interface Moment {
  /** Milliseconds since the epoch by the vCenter's clock, when it answered. */
  readonly at: number;
  /** By `performance.now()`: the middle of question and answer. */
  readonly asked: number;
}

export class ProductClock {
  readonly #time: Time;
  readonly #journal: Journal;
  readonly #product: string;
  #skew: number | undefined;
  #told = 0;

  constructor(time: Time, journal: Journal, product: string) {
    this.#time = time;
    this.#journal = journal;
    this.#product = product;
  }

  /** Seconds that the vCenter is ahead of us. */
  get skewSeconds(): number | undefined {
    return this.#skew;
  }

  async ask(session: VimSession): Promise<Moment> {
    const ours = this.#time.now();
    const began = performance.now();
    const at = await session.currentTime();
    const ended = performance.now();
    this.#measure((at - (ours + this.#time.now()) / 2) / 1000);
    return { at, asked: (began + ended) / 2 };
  }

  #measure(seconds: number): void {
    this.#skew = Math.round(seconds * 1000) / 1000;
    if (Math.abs(seconds - this.#told) <= WORTH_TELLING) return;
    this.#told = Math.abs(seconds) <= WORTH_TELLING ? 0 : seconds;
    if (this.#told === 0) return;
    this.#journal.note({
      code: 'clock-skew',
      product: this.#product,
      message: `The vCenter's clock is ${Math.abs(Math.round(seconds))} s ${seconds > 0 ? 'ahead of' : 'behind'} the meter's. Hours are counted by the vCenter's: let both follow the same NTP servers.`,
    });
  }
}
