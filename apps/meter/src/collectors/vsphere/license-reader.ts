/** Licences of hosts, read each minute: an assignment that changes is neither an update of a property nor an event that tells of it. */
import type { License } from '../../inventory/index.ts';
import type { Journal } from '../../journal/index.ts';
import type { LicenseRule } from '../../settings/index.ts';
import { FOR_LICENSES, lackingInWords } from './rights.ts';
import { isFault } from './soap/vim-fault.ts';
import type { VimSession } from './soap/vim-session.ts';
import type { Reference } from './soap/write-request.ts';
import { masked, readAssignment } from './surroundings/licenses.ts';

export class LicenseReader {
  readonly #rules: readonly LicenseRule[];
  readonly #journal: Journal;
  readonly #product: string;
  readonly #noted = new Set<string>();
  #lacking: string | undefined;

  constructor(rules: readonly LicenseRule[], journal: Journal, product: string) {
    this.#rules = rules;
    this.#journal = journal;
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
        this.#once(
          `no ${host}`,
          'license-unknown',
          `Host ${host} has no licence assigned; its machines count as unknown.`,
        );
      else if (license.category === 'unknown')
        this.#once(
          license.key,
          'license-unknown',
          `Nobody has said what the licence ${masked(license.key)} (${license.edition || 'no edition'}) is: add it to the licences of the settings. Until then its hosts count as unknown.`,
        );
    }
  }

  #lack(what: string): void {
    this.#lacking = what;
    this.#once(what, 'rights-missing', `Lacking: ${what}. Metering goes on.`);
  }

  #once(key: string, code: 'license-unknown' | 'rights-missing', message: string): void {
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    this.#journal.note({ code, product: this.#product, message });
  }
}

class LicensesNotKept extends Error {
  constructor() {
    super('licences of hosts: the vCenter does not say where it keeps them');
  }
}
