import type { Queryable } from '../database/types.ts';
import { beginning, entryDigest } from './entry-digest.ts';

export type AuditVerdict =
  | { intact: true; entries: number /** Digest of the last entry, hex: goes into manifests. */; head: string }
  | { intact: false; entries: number; brokenAt: { id: string; reason: string } };

const page = 1000;

/**
 * Walks the audit log from its beginning and computes every digest again.
 *
 * @returns the head of the chain, or the first entry that does not fit
 */
export async function verifyAuditLog(on: Queryable): Promise<AuditVerdict> {
  let previous: Uint8Array = beginning;
  let after = '0';
  let entries = 0;
  for (;;) {
    const rows = await on.query<Row>(
      `select id, at, organisation_id, actor, action, subject, details, request_id, previous_digest, digest
       from audit_log where id > $1 order by id limit ${page}`,
      [after],
    );
    for (const row of rows) {
      const broken = fault(row, previous);
      if (broken) return { intact: false, entries, brokenAt: { id: row.id, reason: broken } };
      previous = row.digest;
      after = row.id;
      entries += 1;
    }
    if (rows.length < page) break;
  }
  return { intact: true, entries, head: Buffer.from(previous).toString('hex') };
}

interface Row {
  id: string;
  at: Date;
  organisation_id: string | null;
  actor: string;
  action: string;
  subject: string;
  details: unknown;
  request_id: string | null;
  previous_digest: Buffer;
  digest: Buffer;
}

function fault(row: Row, previous: Uint8Array): string | undefined {
  if (!row.previous_digest.equals(previous))
    return 'it does not continue the entry before: one was removed or moved';
  const digest = entryDigest(previous, {
    at: row.at.toISOString(),
    organisationId: row.organisation_id,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    details: row.details,
    requestId: row.request_id,
  });
  return row.digest.equals(digest) ? undefined : 'it was altered after it was written';
}
