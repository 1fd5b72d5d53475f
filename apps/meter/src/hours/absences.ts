import type { GapReason } from './ledger.ts';
import type { Absence } from './ledger-lines.ts';
import type { Gap } from './timeline.ts';

/** Reasons that are kept of one absence; a product that fails in turns, for weeks, is told by its last ones. */
const KEPT = 200;

/** Why nobody watches, as it was told: by our own clock, which stands in for the product's as long as that is not seen. */
export class Absences {
  #list: Absence[];

  constructor(list: readonly Absence[]) {
    this.#list = [...list];
  }

  get list(): readonly Absence[] {
    return this.#list;
  }

  /** @returns the absence that is new, to be kept; undefined when the reason is the same as before */
  add(from: number, reason: GapReason): Absence | undefined {
    const last = this.#list.at(-1);
    if (last?.reason === reason) return undefined;
    const absence = { from: Math.max(from, last?.from ?? 0), reason };
    this.#list.push(absence);
    if (this.#list.length > KEPT) this.#list.splice(1, 1);
    return absence;
  }

  end(): void {
    this.#list = [];
  }

  /** The gaps that these reasons make of [from, to). */
  gaps(from: number, to: number): Gap[] {
    const gaps: Gap[] = [];
    for (const [index, { reason }] of this.#list.entries()) {
      const start = index === 0 ? from : Math.max(from, this.#list[index]!.from);
      const end = Math.min(to, this.#list[index + 1]?.from ?? to);
      if (start < end) gaps.push({ from: start, to: end, reason });
    }
    return gaps;
  }
}
