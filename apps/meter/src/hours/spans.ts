/** Stretches of time: [from, to) in Unix seconds, ascending and apart. */
import type { Span } from '../days/index.ts';

export type { Span };

/** Adds [from, to) at the end; `from` is not before the end of the last. What touches is one. */
export function addSpan(spans: Span[], from: number, to: number): void {
  if (from >= to) return;
  const last = spans.at(-1);
  if (last !== undefined && last.to >= from) spans[spans.length - 1] = { from: last.from, to };
  else spans.push({ from, to });
}

/** What of the spans lies in [from, to). */
export function cutSpans<T extends Span>(spans: readonly T[], from: number, to: number): T[] {
  return spans
    .filter((span) => span.from < to && span.to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }));
}

export function secondsIn(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}
