/** The spans of one thing: kept merged and ascending, so that contiguous hours cost one pair of numbers. */
export class Spans {
  /** start, end, start, end, … ascending, no two touching. */
  readonly #bounds: number[] = [];

  /** Adds [start, end), start < end. False, and nothing added, when it overlaps what is there. */
  add(start: number, end: number): boolean {
    const bounds = this.#bounds;
    const after = this.#firstEndingAfter(start);
    const nextStart = bounds[after];
    if (nextStart !== undefined && nextStart < end) return false;
    const touchesBefore = after > 0 && bounds[after - 1] === start;
    const touchesAfter = nextStart === end;
    if (touchesBefore && touchesAfter) bounds.splice(after - 1, 2);
    else if (touchesBefore) bounds[after - 1] = end;
    else if (touchesAfter) bounds[after] = start;
    else bounds.splice(after, 0, start, end);
    return true;
  }

  /** The index of the first pair whose end is after `instant`; lines mostly come ascending, so the last pair is asked first. */
  #firstEndingAfter(instant: number): number {
    const bounds = this.#bounds;
    let high = bounds.length / 2;
    if (high === 0 || bounds[bounds.length - 1]! <= instant) return bounds.length;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[2 * middle + 1]! > instant) high = middle;
      else low = middle + 1;
    }
    return 2 * low;
  }
}
