/** Spans of one thing, one after the other: what continues with everything printed the same is one row. */
import { formatInstant } from '../measures/month.ts';
import type { Row } from './order.ts';

/** A row's texts before and after its times. */
export interface HistorySpan {
  readonly started: number;
  readonly ended: number;
  readonly before: Row;
  readonly after: Row;
}

/** Takes the spans of one thing after the other, each ascending; `between` prints what stands after Start and End. */
export function mergeHistory(
  spans: readonly HistorySpan[],
  between: (seconds: number) => Row,
): readonly Row[] {
  const rows: Row[] = [];
  let open: HistorySpan | undefined;
  let printed = '';
  const close = () => {
    if (!open) return;
    const { started, ended, before, after } = open;
    rows.push([
      ...before,
      formatInstant(started),
      formatInstant(ended),
      ...between(ended - started),
      ...after,
    ]);
  };
  for (const span of spans) {
    const text = [...span.before, ...span.after].join('\t');
    if (open && open.ended === span.started && printed === text) {
      open = { ...open, ended: span.ended };
      continue;
    }
    close();
    open = span;
    printed = text;
  }
  close();
  return rows;
}
