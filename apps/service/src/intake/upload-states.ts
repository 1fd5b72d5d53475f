/**
 * The life of an upload.
 *
 * Bytes come in. While they do, nothing is recorded: a body that breaks off, that is not gzip, whose header is not signed by
 * a key of this meter, that is meant for another service or meter, or whose bytes are not the ones that were signed, is
 * answered with a refusal and forgotten. It may be sent again.
 *
 * From there on the package is the meter's word, and it gets a row in `uploads`, once:
 *
 *   refused    its records are bad. Final. The number counts as used, so the chain goes on; sent again, the answer is the same.
 *   late       its month is closing or closed. It waits in the archive until an administrator opens a correction.
 *   accepted   it is taken: file and receipt are in the archive, its slices are claimed. A job will load it.
 *   loaded     the engine has exactly the rows that it owns. From `accepted`, by the job `usage-load`; back to `accepted` only
 *              when the engine was found to differ from the records, to be loaded again.
 *
 * Two things are answered and not recorded, because the same package may be right later: an hour that has not come yet (503),
 * and a correction that names another digest than the slice has (409).
 *
 * The life of a slice (meter, product, hour), which one row in `slices` tells:
 *
 *   unknown > unreachable > partial > collected
 *
 * A package moves a slice to the right without further ado (`counted` from unknown, `raised` from elsewhere, `noted` for an
 * unreachable hour, which claims nothing); never to the left (`outranked`: something better counts already). Of two partial
 * readings the one that covers all seconds of the other and more is the better one. In the same place, the same content is
 * a `duplicate` and another content a `conflict`; neither is loaded. Only a correction replaces what
 * is there whatever it is (`corrected`), and only the very content that it names. So the totals of a month do not depend on the
 * order in which packages arrive, as long as no two of them contradict each other.
 */
import { type Covered, compareCovered, instantOf } from '@meterhouse/metering';
import type { SliceOutcome } from '../usage/index.ts';

export type SliceStatus = SliceOutcome['status'];

/** A slice's content, as it is held or as it is offered. */
export interface SliceState {
  readonly status: SliceStatus;
  readonly digest: string;
  /** Seconds of a partial hour that were metered, as they stand in the header. */
  readonly covered: readonly (readonly [string, string])[] | null;
}

const rank = { unreachable: 0, partial: 1, collected: 2 } as const;

/** What becomes of an offered slice when `current` is held, without a correction. */
export function outcomeOf(current: SliceState | undefined, offered: SliceState): SliceOutcome['outcome'] {
  if (!current) return offered.status === 'unreachable' ? 'noted' : 'counted';
  const step = rank[offered.status] - rank[current.status];
  if (step !== 0) return step > 0 ? 'raised' : 'outranked';
  const covers = compareCovered(coveredOf(offered), coveredOf(current));
  if (covers === 'more') return 'raised';
  if (covers === 'less') return 'outranked';
  return covers === 'same' && offered.digest === current.digest ? 'duplicate' : 'conflict';
}

/** Outcomes that make the package the owner of the slice. */
export function claims(outcome: SliceOutcome['outcome']): boolean {
  return outcome === 'counted' || outcome === 'raised' || outcome === 'corrected' || outcome === 'noted';
}

function coveredOf({ covered }: SliceState): Covered {
  return (covered ?? []).map(([from, to]) => [instantOf(from), instantOf(to)] as const);
}
