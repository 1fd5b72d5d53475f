import type { Span } from './spans.ts';
import type { Kind, Mutation, Things, Tree } from './tree.ts';

/** A thing while nothing about it changes. */
export interface Segment<T> extends Span {
  readonly state: T;
}

/** How each thing of a kind was within an hour, [from, to), ascending and apart; one that was never there has no entry. */
export class Histories<K extends Kind> {
  readonly #base: ReadonlyMap<string, Things[K]>;
  readonly #touched = new Map<string, Segment<Things[K]>[]>();
  readonly #from: number;
  readonly #to: number;

  /** @param base at `from` @param mutations ascending, none before `from`; those from `to` on are of a later hour */
  constructor(kind: K, base: Tree, mutations: readonly Mutation[], from: number, to: number) {
    this.#base = base[kind];
    this.#from = from;
    this.#to = to;
    for (const mutation of mutations) {
      if (mutation.at >= to) break;
      if (mutation.kind === kind)
        this.#add(mutation.id, mutation.at, mutation.state as Things[K] | undefined);
    }
  }

  /** Ids of all things that were there, those of the base first, in its order. */
  *ids(): Generator<string, void, undefined> {
    yield* this.#base.keys();
    for (const id of this.#touched.keys()) if (!this.#base.has(id)) yield id;
  }

  of(id: string): readonly Segment<Things[K]>[] {
    const touched = this.#touched.get(id);
    if (touched !== undefined) return touched;
    const state = this.#base.get(id);
    return state === undefined ? [] : [{ from: this.#from, to: this.#to, state }];
  }

  #add(id: string, at: number, state: Things[K] | undefined): void {
    let segments = this.#touched.get(id);
    if (segments === undefined) {
      segments = [...this.of(id)];
      this.#touched.set(id, segments);
    }
    const last = segments.at(-1);
    if (last !== undefined && last.to > at) {
      // What was for no second was not.
      if (last.from === at) segments.pop();
      else segments[segments.length - 1] = { ...last, to: at };
    }
    if (state !== undefined) segments.push({ from: at, to: this.#to, state });
  }
}
