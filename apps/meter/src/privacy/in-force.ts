/**
 * Which setting of privacy an hour is written under. A month is written under one setting, so that a name is one name in its
 * reports: a change waits for the next month, unless it is forced, and then begins with an hour.
 */
import { isDeepStrictEqual } from 'node:util';
import type { PrivacySettings } from '../settings/index.ts';

/** A setting and the hour from which it is in force, Unix seconds; 0 for the first one. */
export interface Stretch {
  readonly from: number;
  readonly settings: PrivacySettings;
}

const HOUR = 3600;

/** @param stretches ascending, at least one @param hour Unix seconds */
export function settingsAt(stretches: readonly Stretch[], hour: number): PrivacySettings {
  let found = stretches[0]!.settings;
  for (const { from, settings } of stretches) if (from <= hour) found = settings;
  return found;
}

/**
 * The stretches after somebody wants `settings`. What waited before and never came into force is dropped.
 * @param now Unix seconds
 * @param force true: from the running hour on, which is not written yet
 * @returns the same list when nothing changes
 */
export function follow(
  stretches: readonly Stretch[],
  settings: PrivacySettings,
  now: number,
  force: boolean,
): readonly Stretch[] {
  if (stretches.length === 0) return [{ from: 0, settings }];
  const begun = stretches.filter(({ from }) => from <= now);
  const kept = begun.length === 0 ? stretches.slice(0, 1) : begun;
  const current = kept.at(-1)!;
  if (isDeepStrictEqual(current.settings, settings))
    return kept.length === stretches.length ? stretches : kept;
  const waiting = stretches.at(-1)!;
  if (!force && waiting.from > now && isDeepStrictEqual(waiting.settings, settings)) return stretches;
  const from = force ? Math.floor(now / HOUR) * HOUR : nextMonth(now);
  // Forced twice within an hour, the second one counts for all of it.
  const before = kept.filter((stretch) => stretch.from < from);
  return before.length === 0 ? [{ from: 0, settings }] : [...before, { from, settings }];
}

function nextMonth(now: number): number {
  const date = new Date(now * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000;
}
