import type { Transaction } from '../platform/database/types.ts';

export interface Notice {
  readonly organisationId: string;
  /** Kebab-case and stable, such as `meter-key-replaced`; people filter by it. */
  readonly kind: string;
  /** As the audit log names it, such as `meter:<agentId>`. */
  readonly subject: string;
  /** A sentence for a person: what happened, and what to do when it was not meant. Never a secret. */
  readonly message: string;
  readonly at: Date;
}

/** Tells the people of an organisation what they should know of, in the transaction in which it happens. */
export async function notify(
  transaction: Transaction,
  { organisationId, kind, subject, message, at }: Notice,
): Promise<void> {
  await transaction.query(
    `insert into notifications (organisation_id, kind, subject, message, created_at)
     values ($1, $2, $3, $4, $5)`,
    [organisationId, kind, subject, message, at],
  );
}
