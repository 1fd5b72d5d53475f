import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** An entry of the audit log as it is digested. `at` is ISO 8601 in UTC with milliseconds; absent values are null. */
export interface AuditEntry {
  at: string;
  organisationId: string | null;
  actor: string;
  action: string;
  subject: string;
  details: unknown;
  requestId: string | null;
}

/** What stands before the first entry. */
export const beginning = Buffer.alloc(32);

/**
 * SHA-256 over the digest of the entry before and the canonical form (RFC 8785) of this one: 32 bytes. So an entry that is
 * altered, removed or moved breaks the chain at that place.
 */
export function entryDigest(previous: Uint8Array, entry: AuditEntry): Buffer {
  const canonical = canonicalize(entry);
  if (canonical === undefined) throw new Error('an audit entry must be JSON');
  return createHash('sha256').update(previous).update(canonical).digest();
}
