/** What the lines of a ledger's file say, and how a timeline is made of them again. */
import { hourFolderName } from './hour-folder.ts';
import type { GapReason } from './ledger.ts';
import { readBlocks } from './ledger-file.ts';
import { type ClosedMark, type Step, Timeline, type TimelineState } from './timeline.ts';
import {
  applyMutation,
  emptyTree,
  KINDS,
  type Kind,
  keptMutation,
  type Mutation,
  type Things,
  type Tree,
} from './tree.ts';

/** Since when nobody watches, by our own clock, and why; ascending. */
export interface Absence {
  readonly from: number;
  readonly reason: GapReason;
}

/** First line of a block. A block of a state has things after it, one of a step has mutations. */
type Head =
  | { readonly ledger: 1; readonly state: TimelineState; readonly absences: readonly Absence[] }
  | { readonly step: Step }
  | { readonly closed: ClosedMark }
  | { readonly absent: Absence };

type ThingLine = readonly [kind: Kind, id: string, state: unknown];
type MutationLine = readonly [kind: Kind, id: string, state: unknown, at: number];

export function* stateLines(timeline: Timeline, absences: readonly Absence[]): Generator<unknown> {
  yield { ledger: 1, state: timeline.state(), absences } satisfies Head;
  for (const kind of KINDS)
    for (const [id, state] of timeline.base[kind]) yield [kind, id, state] satisfies ThingLine;
  for (const mutation of timeline.mutations) yield mutationLine(mutation);
}

export function* stepLines(step: Step, mutations: readonly Mutation[]): Generator<unknown> {
  yield { step } satisfies Head;
  for (const mutation of mutations) yield mutationLine(mutation);
}

export function closedLines(closed: ClosedMark): readonly unknown[] {
  return [{ closed } satisfies Head];
}

export function absentLines(absent: Absence): readonly unknown[] {
  return [{ absent } satisfies Head];
}

function mutationLine({ kind, id, state, at }: Mutation): MutationLine {
  return [kind, id, state ?? null, at];
}

export interface ReadLedger {
  readonly timeline: Timeline;
  readonly absences: Absence[];
  /** Folders of hours that were decided since the state. */
  readonly decided: ReadonlySet<string>;
  /** Where the whole blocks end; 0 when there is not even a state. */
  readonly bytes: number;
}

/** Reads a ledger's file up to the last block that is whole. */
export async function readLedger(folder: string): Promise<ReadLedger> {
  const timeline = new Timeline();
  const decided = new Set<string>();
  let absences: Absence[] = [];
  let bytes = 0;
  for await (const { lines, end } of readBlocks(folder)) {
    const head = lines[0] as Head;
    if (bytes === 0 && !('ledger' in head)) break;
    if ('ledger' in head) {
      absences = [...head.absences];
      restore(timeline, head.state, lines);
    } else if ('step' in head) {
      for (const line of lines.slice(1)) timeline.mutate(keptMutation(timeline.now, mutationOf(line)));
      timeline.settle(head.step);
      absences = [];
    } else if ('closed' in head) {
      timeline.close(head.closed);
      if (head.closed.version > 0) decided.add(hourFolderName(head.closed.hour, head.closed.version));
    } else absences.push(head.absent);
    bytes = end;
  }
  return { timeline, absences, decided, bytes };
}

function restore(timeline: Timeline, state: TimelineState, lines: readonly unknown[]): void {
  const base: Tree = emptyTree();
  let at = 1;
  for (; at < lines.length && (lines[at] as ThingLine).length === 3; at += 1) {
    const [kind, id, thing] = lines[at] as ThingLine;
    applyMutation(base, keptMutation(base, mutationOf([kind, id, thing, 0])));
  }
  timeline.restore(state, base);
  for (; at < lines.length; at += 1) timeline.mutate(keptMutation(timeline.now, mutationOf(lines[at])));
}

function mutationOf(line: unknown): Mutation {
  const [kind, id, state, at] = line as MutationLine;
  return { kind, id, at, state: (state ?? undefined) as Things[Kind] | undefined } as Mutation;
}
