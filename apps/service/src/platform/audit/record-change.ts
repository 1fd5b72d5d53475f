import { beginning, entryDigest } from './entry-digest.ts';
import { forbiddenDetails } from './forbidden-details.ts';
import type { Change, RecordChange } from './types.ts';

/** Any fixed number. One writer at a time: each entry needs the digest of the one before. */
const chainLock = 4_210_018_004;

/**
 * Makes the function that adds entries to the audit log. The chain is locked from the entry to the end of the caller's
 * transaction, so record the change last in it, else other changes wait longer than they must.
 *
 * @param clock what the entries are dated by
 */
export function createRecordChange(clock: () => Date): RecordChange {
  return async (transaction, change) => {
    const details = plainDetails(change);
    await transaction.query('select pg_advisory_xact_lock($1)', [chainLock]);
    const [last] = await transaction.query<{ digest: Buffer }>(
      'select digest from audit_log order by id desc limit 1',
    );
    const previous = last?.digest ?? beginning;
    const entry = {
      at: clock().toISOString(),
      organisationId: change.organisationId ?? null,
      actor: change.actor,
      action: change.action,
      subject: change.subject,
      details,
      requestId: change.requestId ?? null,
    };
    await transaction.query(
      `insert into audit_log
         (at, organisation_id, actor, action, subject, details, request_id, previous_digest, digest)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        entry.at,
        entry.organisationId,
        entry.actor,
        entry.action,
        entry.subject,
        JSON.stringify(details),
        entry.requestId,
        previous,
        entryDigest(previous, entry),
      ],
    );
  };
}

/** Details as they come back from the database: dates as text, absent members gone. @throws when one looks like a secret */
function plainDetails({ action, details }: Change): unknown {
  const forbidden = forbiddenDetails(details);
  if (forbidden.length > 0) {
    throw new Error(
      `The audit entry "${action}" would hold secrets: ${forbidden.join(', ')}. Leave them out.`,
    );
  }
  return JSON.parse(JSON.stringify(details ?? {}));
}
