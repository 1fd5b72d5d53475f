import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { DEFAULT_PROFILE } from './credentials.ts';
import { readCredentials, writeCredentials } from './credentials-file.ts';

/** Forgets one profile, or all. @returns the names of those that were kept until now @throws Failure when a named one is not */
export async function logout({
  all,
  profile,
}: {
  readonly all?: boolean;
  readonly profile?: string | undefined;
}): Promise<readonly string[]> {
  const { profiles } = await readCredentials();
  const named = profile ?? (process.env.METERHOUSE_PROFILE || undefined);
  const name = named ?? DEFAULT_PROFILE;
  const forgotten = Object.keys(profiles).filter((kept) => all || kept === name);
  if (named !== undefined && !all && forgotten.length === 0) {
    throw new Failure(`There is no profile ${named}.`, EXIT.notFound, {
      advice: `There are: ${Object.keys(profiles).join(', ') || 'none'}.`,
    });
  }
  const left = Object.entries(profiles).filter(([kept]) => !forgotten.includes(kept));
  if (forgotten.length > 0) await writeCredentials({ profiles: Object.fromEntries(left) });
  return forgotten;
}
