import { createIdentity, forgetUsedAssertions, type Identity } from './identity/index.ts';
import type { Platform } from './open-platform.ts';
import type { Routes } from './platform/http/index.ts';
import type { JobHandlers } from './platform/jobs/index.ts';
import { createRegistry, meterKeys } from './registry/index.ts';

/** The rooms, wired to the platform and to each other; what the service needs of them. */
export interface Rooms {
  readonly identity: Identity;
  readonly routes: readonly Routes[];
  readonly jobHandlers: Partial<JobHandlers>;
}

export function wireRooms(platform: Platform): Rooms {
  const { config, database, clock } = platform;
  const attemptRates = { perAddress: config.failuresPerAddress, perName: config.failuresPerToken };
  const identity = createIdentity({
    ...platform,
    meterKeys,
    attemptRates,
    allowTokenInQuery: config.allowTokenInQuery,
  });
  const registry = createRegistry({ ...platform, attemptRates, confirmCaller: identity.confirmCaller });
  return {
    identity,
    routes: [...identity.routes, ...registry.routes],
    jobHandlers: {
      'registration-finish': registry.finishRegistration,
      housekeeping: () => keepHouse(platform, [() => forgetUsedAssertions(database, clock())]),
    },
  };
}

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
async function keepHouse(platform: Platform, chores: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const chore of chores) await chore();
  await askForHousekeeping(platform, housekeepingEverySeconds);
}
