/** The least that the meter's account must be allowed, at the root folder and propagating (docs/meter/vsphere.md). */
import { CollectorFailure } from '../../inventory/index.ts';
import type { VimSession } from './soap/vim-session.ts';

/** Without these there is nothing to see; the role `Read-only` has both. */
const NEEDED = ['System.View', 'System.Read'];
/** Without it metering goes on, and licences are unknown. */
export const FOR_LICENSES = 'Global.Licenses';

/**
 * @returns what is lacking and can be done without, in words
 * @throws CollectorFailure `rights-missing` that names the right: an inventory of which we see a part only must not pass for all
 */
export async function checkRights(session: VimSession, user: string): Promise<readonly string[]> {
  const lacking = await session.rightsLacking([...NEEDED, FOR_LICENSES]);
  if (lacking === undefined) return [];
  const needed = lacking.filter((right) => NEEDED.includes(right));
  if (needed.length > 0)
    throw new CollectorFailure(
      'rights-missing',
      `${user} lacks ${needed.join(' and ')} at the root folder of the vCenter: give it a role with ${NEEDED.join(', ')} and ${FOR_LICENSES} there, and let it propagate.`,
      { needsPerson: true },
    );
  return lacking.map((right) => lackingInWords(right));
}

export function lackingInWords(right: string): string {
  return right === FOR_LICENSES
    ? `${FOR_LICENSES} at the root folder: licences of hosts are unknown`
    : `${right} at the root folder`;
}
