/** Licences of hosts, read each minute: an assignment that changes is neither an update of a property nor an event that tells of it. */
import type { License } from '../../inventory/index.ts';
import type { JournalEntry } from '../../journal/index.ts';
import type { LicenseRule } from '../../settings/index.ts';
import { FOR_LICENSES, lackingInWords } from './rights.ts';
import { isFault } from './soap/vim-fault.ts';
import type { VimSession } from './soap/vim-session.ts';
import type { Reference } from './soap/write-request.ts';
import { masked, readAssignment } from './surroundings/licenses.ts';

export class LicenseReader {
  readonly #rules: readonly LicenseRule[];
  readonly #once: (entry: JournalEntry) => void;
  readonly #product: string;
  #lacking: string | undefined;

  /** @param once notes the same words once */
  constructor(rules: readonly LicenseRule[], once: (entry: JournalEntry) => void, product: string) {
    this.#rules = rules;
    this.#once = once;
    this.#product = product;
  }

  /** Why licences are not known, in words. */
  get lacking(): string | undefined {
    return this.#lacking;
  }

  /** @returns licences by the ids of hosts and clusters; none where the vCenter does not let us see them */
  async read(session: VimSession, manager: Reference | undefined): Promise<ReadonlyMap<string, License>> {
    const licenses = new Map<string, License>();
    try {
      if (manager === undefined) throw new LicensesNotKept();
      await session.queryAssignedLicenses(manager, (assignment) => {
        const read = readAssignment(assignment, this.#rules);
        if (read !== undefined) licenses.set(read.entity, read.license);
      });
      this.#lacking = undefined;
    } catch (error) {
      if (error instanceof LicensesNotKept) this.#lack(error.message);
      else if (isFault(error, 'NotAuthenticated') || !isFault(error)) throw error;
      else if (error.fault === 'NoPermission') this.#lack(lackingInWords(error.privilege || FOR_LICENSES));
      else this.#lack(`licences of hosts: ${error.message}`);
    }
    return licenses;
  }

  /** Tells once of each host's licence of which nobody has said what it is. */
  noteUnknown(licenses: ReadonlyMap<string, License>, hosts: readonly string[]): void {
    if (this.#lacking !== undefined) return;
    for (const host of hosts) {
      const license = licenses.get(host);
      if (license === undefined)
        this.#note('license-unknown', `Host ${host} has no licence assigned; its machines count as unknown.`);
      else if (license.category === 'unknown')
        this.#note(
          'license-unknown',
          `Nobody has said what the licence ${masked(license.key)} (${license.edition || 'no edition'}) is: add it to the licences of the settings. Until then its hosts count as unknown.`,
        );
    }
  }

  #note(code: 'license-unknown' | 'rights-missing', message: string): void {
    this.#once({ code, product: this.#product, message });
  }

  #lack(what: string): void {
    this.#lacking = what;
    this.#note('rights-missing', `Lacking: ${what}. Metering goes on.`);
  }
}

class LicensesNotKept extends Error {
  constructor() {
    super('licences of hosts: the vCenter does not say where it keeps them');
  }
}
