/**
 * What is known of a product, in memory: its tree at the start of the first hour that is still open (`base`), everything
 * that changed since (`mutations`), what came of it (`now`), and which seconds are covered. Hours are made by playing the
 * mutations over the base, so a change that is told late still lands in its second, as long as its hour is open.
 *
 * The same calls in the same order give the same timeline: live, and again from the ledger's file after a crash.
 */
import { HOUR, hourOf } from '@meterhouse/metering';
import type { ProductIdentity } from '../inventory/index.ts';
import { addSpan, cutSpans, type Span } from './spans.ts';
import { applyMutation, copyTree, emptyTree, type Kind, type Mutation, type Tree } from './tree.ts';

/** A stretch that is not covered, and why. */
export interface Gap extends Span {
  readonly reason: string;
}

/** What a reading says beside its mutations. */
export interface Step {
  readonly seen: number;
  /** The seconds from here to `seen` are covered. */
  readonly from: number;
  /** Between the `seen` before and `from`, ascending. */
  readonly gaps?: readonly Gap[];
  readonly product?: ProductIdentity;
}

/** An hour that was closed. */
export interface ClosedMark {
  readonly hour: number;
  /** 0 for an hour of which nothing was written. */
  readonly version: number;
  /** Seconds. */
  readonly covered: number;
  /** Nothing better can come: the timeline begins after it. */
  readonly final: boolean;
}

export interface TimelineState {
  readonly product: ProductIdentity | undefined;
  readonly seen: number | undefined;
  readonly baseAt: number;
  readonly floor: number;
  readonly covered: readonly Span[];
  readonly gaps: readonly Gap[];
  readonly closed: readonly ClosedMark[];
}

export class Timeline {
  #product: ProductIdentity | undefined;
  #seen: number | undefined;
  #baseAt = 0;
  /** The end of the last gap: what it held is decided, so no change is told into it or before it. */
  #floor = 0;
  #covered: Span[] = [];
  #gaps: Gap[] = [];
  #closed = new Map<number, ClosedMark>();
  #base: Tree = emptyTree();
  #now: Tree = emptyTree();
  #mutations: Mutation[] = [];
  #sorted = true;
  /** When a thing last changed, since the base: a thing's changes are told in their order, so none goes before another. */
  readonly #changed = new Map<string, number>();

  get product(): ProductIdentity | undefined {
    return this.#product;
  }
  get seen(): number | undefined {
    return this.#seen;
  }
  /** Start of the first hour that is open. */
  get baseAt(): number {
    return this.#baseAt;
  }
  get base(): Tree {
    return this.#base;
  }
  get now(): Tree {
    return this.#now;
  }

  /** Everything since the base, ascending, in the order of telling where the second is the same. */
  get mutations(): readonly Mutation[] {
    if (!this.#sorted) {
      this.#mutations.sort((a, b) => a.at - b.at);
      this.#sorted = true;
    }
    return this.#mutations;
  }

  /** The second at which a change that is told now takes effect. @param seen of the reading that tells it */
  effectiveAt(kind: Kind, id: string, at: number, seen: number): number {
    const changed = this.#changed.get(key(kind, id)) ?? 0;
    return Math.max(Math.min(at, seen), this.#baseAt, this.#floor, changed);
  }

  mutate(mutation: Mutation): void {
    applyMutation(this.#now, mutation);
    const last = this.#mutations.at(-1);
    if (last !== undefined && mutation.at < last.at) this.#sorted = false;
    this.#mutations.push(mutation);
    this.#changed.set(key(mutation.kind, mutation.id), mutation.at);
  }

  /** The mutations of a reading stand; now its seconds do. */
  settle({ seen, from, gaps = [], product }: Step): void {
    if (this.#seen === undefined) this.#baseAt = hourOf(seen);
    if (product !== undefined) {
      this.#product = product;
      this.#floor = seen;
    }
    this.#gaps.push(...gaps);
    addSpan(this.#covered, from, seen);
    this.#seen = seen;
    // Nothing of the time before can become a record: the tree of now is the one to begin with.
    if (this.#covered.length === 0) this.#rebase();
  }

  /** The open hours that `seen` has passed: they can be closed for good. */
  isDue(): boolean {
    return this.#seen !== undefined && this.#seen >= this.#baseAt + HOUR;
  }

  coveredIn(hour: number): Span[] {
    return cutSpans(this.#covered, hour, hour + HOUR);
  }

  gapsIn(hour: number): Gap[] {
    return cutSpans(this.#gaps, hour, hour + HOUR);
  }

  closedAs(hour: number): ClosedMark | undefined {
    return this.#closed.get(hour);
  }

  close(mark: ClosedMark): void {
    if (!mark.final) this.#closed.set(mark.hour, mark);
    else this.#beginAt(mark.hour + HOUR);
  }

  state(): TimelineState {
    return {
      product: this.#product,
      seen: this.#seen,
      baseAt: this.#baseAt,
      floor: this.#floor,
      covered: this.#covered,
      gaps: this.#gaps,
      closed: [...this.#closed.values()],
    };
  }

  /** As it was kept; the base's things are told before, the mutations after. */
  restore(state: TimelineState, base: Tree): void {
    this.#product = state.product;
    this.#seen = state.seen;
    this.#baseAt = state.baseAt;
    this.#floor = state.floor;
    this.#covered = [...state.covered];
    this.#gaps = [...state.gaps];
    this.#closed = new Map(state.closed.map((mark) => [mark.hour, mark]));
    this.#base = base;
    this.#now = copyTree(base);
    this.#mutations = [];
    this.#sorted = true;
    this.#changed.clear();
  }

  #rebase(): void {
    this.#base = copyTree(this.#now);
    this.#mutations = [];
    this.#sorted = true;
    this.#changed.clear();
  }

  #beginAt(hour: number): void {
    const mutations = this.mutations;
    const first = mutations.findIndex(({ at }) => at >= hour);
    const past = first === -1 ? mutations.length : first;
    for (const mutation of mutations.slice(0, past)) applyMutation(this.#base, mutation);
    this.#mutations = mutations.slice(past);
    this.#changed.clear();
    for (const { kind, id, at } of this.#mutations) this.#changed.set(key(kind, id), at);
    this.#baseAt = hour;
    this.#covered = cutSpans(this.#covered, hour, Number.POSITIVE_INFINITY);
    this.#gaps = cutSpans(this.#gaps, hour, Number.POSITIVE_INFINITY);
    for (const closed of this.#closed.keys()) if (closed < hour) this.#closed.delete(closed);
  }
}

function key(kind: Kind, id: string): string {
  return `${kind} ${id}`;
}
