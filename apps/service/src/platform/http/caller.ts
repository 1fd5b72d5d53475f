/** Who makes a request, as the identity room found out. Set by the `authenticate` hook before any handler runs. */
export type Role = 'operator' | 'administrator' | 'reporter' | 'reader';

export interface Caller {
  /** The organisation that the call acts in. */
  organisationId: string;
  /** Where an operator who acts in another organisation belongs; absent when it is the same one. */
  homeOrganisationId?: string;
  role: Role;
  /** For the audit log: `token:<id>`, `person:<id>` or `meter:<agentId>`. */
  actor: string;
  /** The API token the access token came from, re-read in the transaction of every change. */
  tokenId?: string;
  /** Set when the caller is a meter with its own key: it may upload for this agent and nothing else. */
  agentId?: string;
  /** The thumbprint of the key that the meter signed in with, re-read like `tokenId`. */
  keyId?: string;
}
const rank: Record<Role, number> = { reader: 0, reporter: 1, administrator: 2, operator: 3 };

export function roleAtLeast(role: Role, least: Role): boolean {
  return rank[role] >= rank[least];
}
