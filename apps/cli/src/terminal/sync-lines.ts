import { EXIT } from '../exit-codes.ts';
import type { SyncSummary } from '../journey/sync/sync-reports.ts';
import { count, plural } from './numbers.ts';
import { plain } from './plain.ts';

/** So many faults are told one by one. */
const TOLD = 20;

/** What a sync did: one line for a log, and what failed. */
export function tellSync(summary: SyncSummary): {
  readonly line: string;
  readonly faults: readonly string[];
} {
  const { failed, pending, stopped } = summary;
  const restored = summary.restored.length;
  const line = [
    `${count(summary.new.length)} new`,
    `${count(summary.renewed.length)} renewed`,
    ...(restored > 0 ? [`${count(restored)} restored`] : []),
    `${count(summary.unchanged)} unchanged`,
    `${count(failed.length)} failed`,
    ...(pending.length > 0 ? [`${plural(pending.length, 'month')} still being renewed`] : []),
  ].join(', ');
  const faults = [
    ...failed.slice(0, TOLD).map(({ what, why }) => plain(`${what}: ${why}`)),
    ...(failed.length > TOLD ? [`… and ${count(failed.length - TOLD)} more`] : []),
    ...(stopped === undefined
      ? []
      : [`Ended early. ${stopped.advice ?? 'Run it again: it goes on where it was.'}`]),
  ];
  return { line, faults };
}

/** What ended it early, else whether some failed; all of one kind are told as that. */
export function exitOfSync(summary: SyncSummary): number {
  const { failed, stopped } = summary;
  if (stopped !== undefined) return stopped.exitCode;
  const [first] = failed;
  if (first === undefined) return EXIT.done;
  const nothingElse =
    summary.unchanged + summary.new.length + summary.renewed.length + summary.restored.length === 0;
  return nothingElse && failed.every(({ exitCode }) => exitCode === first.exitCode)
    ? first.exitCode
    : EXIT.partly;
}
