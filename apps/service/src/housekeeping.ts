import type { Platform } from './open-platform.ts';

const housekeepingEverySeconds = 3600;

/** Asks for the next housekeeping; one is waiting at most, whoever asks. */
export async function askForHousekeeping(
  { jobs, database, clock }: Platform,
  inSeconds: number,
): Promise<void> {
  const runAt = new Date(clock().getTime() + inSeconds * 1000);
  await jobs.add(database, 'housekeeping', {}, { key: 'housekeeping', runAt });
}

/** Each room removes what is past its time; then the next housekeeping is asked for. One that fails is tried again. */
export async function keepHouse(
  platform: Platform,
  chores: readonly (() => Promise<unknown>)[],
): Promise<void> {
  for (const chore of chores) await chore();
  await askForHousekeeping(platform, housekeepingEverySeconds);
}
