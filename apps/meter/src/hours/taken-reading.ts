/** What a reading means: which seconds it covers, what it changes, what people should know of it. */
import { formatInstant, hourOf } from '@meterhouse/metering';
import { CollectorFailure, type Reading } from '../inventory/index.ts';
import { counted, type JournalCode } from '../journal/index.ts';
import type { Absences } from './absences.ts';
import { type Differences, Draft } from './drafts.ts';
import { type GapAnswer, LONGEST_GAP, proveGap } from './gap-proof.ts';
import type { Labels } from './labels.ts';
import type { PrivateAttribute } from './privacy.ts';
import type { Gap, Step, Timeline } from './timeline.ts';
import type { Mutation } from './tree.ts';

export interface Note {
  readonly code: JournalCode;
  /** A sentence without its full stop: an example may follow. */
  readonly message: string;
  /** With its plain name; it is told as records would tell it. */
  readonly example?: { readonly attribute: PrivateAttribute; readonly name: string };
}

export interface Meaning {
  readonly step: Step;
  readonly mutations: readonly Mutation[];
  readonly notes: readonly Note[];
}

interface Circumstances {
  readonly timeline: Timeline;
  readonly absences: Absences;
  readonly labels: Labels;
  /** The reading before belongs to the same watch. */
  readonly watching: boolean;
  /** Rules that count from the end of this reading on. */
  readonly nextLabels: Labels | undefined;
}

type InventoryReading = Extract<Reading, { kind: 'inventory' }>;
type ChangesReading = Extract<Reading, { kind: 'changes' }>;

export class TakenReading {
  readonly #of: Circumstances;
  readonly #notes: Note[] = [];

  constructor(circumstances: Circumstances) {
    this.#of = circumstances;
  }

  /** The timeline has the mutations when this returns; its step is to be settled when they are on the disk. */
  take(reading: Reading): Meaning {
    return reading.kind === 'inventory' ? this.#inventory(reading) : this.#changes(reading);
  }

  #changes({ seen, changes }: ChangesReading): Meaning {
    const { timeline, watching, labels } = this.#of;
    const since = timeline.seen;
    if (!watching || since === undefined)
      throw new CollectorFailure('internal', 'A watch begins with an inventory, and this one with changes.');
    refuseLeap(since, seen);
    const until = Math.max(seen, since);
    const draft = new Draft(timeline, labels, until);
    draft.changes(changes, seen < since ? since : 0);
    if (draft.late > 0)
      this.#note(
        'change-missed',
        `${counted(draft.late, 'change')} came when the hour was closed and count from the next on`,
      );
    this.#relabel(draft, until);
    return { step: { seen: until, from: since }, mutations: draft.mutations, notes: this.#notes };
  }

  #inventory(reading: InventoryReading): Meaning {
    const { timeline, labels, watching } = this.#of;
    const { product, inventory } = reading;
    if (timeline.product !== undefined && timeline.product.id !== product.id)
      throw new CollectorFailure(
        'another-product',
        `The product at this address says that it is ${product.id}, and was ${timeline.product.id} before. If it was replaced, enter it under another name; nothing of it is mixed with the hours of the old one.`,
        { needsPerson: true },
      );
    const since = timeline.seen;
    const seen = Math.max(reading.seen, since ?? 0);
    const draft = new Draft(timeline, labels, seen);
    if (watching && reading.log === undefined && since !== undefined) {
      refuseLeap(since, seen);
      this.#tellMissed(draft.inventory(inventory));
      this.#relabel(draft, seen);
      return { step: { seen, from: since }, mutations: draft.mutations, notes: this.#notes };
    }
    const { from, gaps } = this.#gap(reading, since, seen, draft);
    draft.inventory(inventory);
    this.#relabel(draft, seen);
    return { step: { seen, from, gaps, product }, mutations: draft.mutations, notes: this.#notes };
  }

  /** What of the time since the last watch is covered. */
  #gap(
    { log, inventory }: InventoryReading,
    since: number | undefined,
    seen: number,
    draft: Draft,
  ): { from: number; gaps: readonly Gap[] } {
    if (since === undefined)
      return { from: seen, gaps: [{ from: hourOf(seen), to: seen, reason: 'first-seen' }] };
    if (seen === since) return { from: since, gaps: [] };
    const stretch = `${formatInstant(since)} to ${formatInstant(seen)}`;
    const answer = log && proveGap({ before: this.#of.timeline.now, since, log, after: inventory, seen });
    if (answer?.proven) {
      draft.proven(answer.changes, inventory);
      this.#note('gap-proven', `${stretch}: nobody watched, and the product's log proves what happened`);
      return { from: since, gaps: [] };
    }
    this.#note('gap-not-proven', `${stretch} stays missing: ${whyNot(answer)}`, exampleOf(answer));
    const gaps = this.#of.absences.gaps(since, seen);
    return {
      from: seen,
      gaps: gaps.length > 0 ? gaps : [{ from: since, to: seen, reason: 'connection-lost' }],
    };
  }

  #relabel(draft: Draft, seen: number): void {
    const { nextLabels, timeline } = this.#of;
    if (nextLabels === undefined) return;
    const relabelled = new Draft(timeline, nextLabels, seen);
    relabelled.relabel();
    draft.mutations.push(...relabelled.mutations);
  }

  #tellMissed({ made, gone, changed }: Differences): void {
    if (made + gone + changed === 0) return;
    this.#note(
      'change-missed',
      `An inventory found what no change had told: ${made} made, ${gone} gone, ${changed} changed. It counts from now on`,
    );
  }

  #note(code: JournalCode, message: string, example?: Note['example']): void {
    this.#notes.push({ code, message, ...(example === undefined ? {} : { example }) });
  }
}

/** From one look to the next no clock goes on for so long: it was set, and what it left out was not seen. */
function refuseLeap(since: number, seen: number): void {
  if (seen - since <= LONGEST_GAP) return;
  throw new CollectorFailure(
    'answer-not-understood',
    `What the product told cannot be right: its clock went from ${formatInstant(since)} to ${formatInstant(seen)} between two looks.`,
  );
}

function exampleOf(answer: Exclude<GapAnswer, { proven: true }> | undefined): Note['example'] {
  if (answer?.example === undefined || answer.why === 'log-too-short') return undefined;
  const attribute = ({ machines: 'vm', hosts: 'host', clusters: 'cluster' } as const)[answer.why];
  return { attribute, name: answer.example.name };
}

function whyNot(answer: Exclude<GapAnswer, { proven: true }> | undefined): string {
  if (answer === undefined) return 'the product keeps no log of it';
  if (answer.why === 'log-too-short') return "the product's log does not reach back so far";
  return `the product's log does not explain ${answer.unexplained} ${answer.why}`;
}
