import { type OrganisationQuotas, Problem, QUOTA_NAMES, type QuotaSettings } from '@meterhouse/contract';
import type { RecordChange } from '../platform/audit/index.ts';
import { type Author, checkSequence } from '../platform/changes/index.ts';
import type { Queryable, Transaction } from '../platform/database/index.ts';
import { overrideColumns, readOverrides } from './limits.ts';
import type { Quotas } from './quotas.ts';

export interface SetQuotasTools {
  readonly quotas: Pick<Quotas, 'uses'>;
  readonly recordChange: RecordChange;
  readonly clock: () => Date;
}

/** What is set for an organisation, and what it uses. @throws problem `organisation-unknown` */
export async function showQuotas(
  on: Queryable,
  quotas: Pick<Quotas, 'uses'>,
  organisationId: string,
): Promise<OrganisationQuotas> {
  const [known] = await on.query('select id from organisations where id = $1', [organisationId]);
  if (known === undefined) throw new Problem('organisation-unknown');
  const { sequence, overrides } = await readOverrides(on, organisationId);
  return { organisationId, sequence, ...overrides, items: await quotas.uses(on, organisationId) };
}

/** Sets all quotas of an organisation; one that is left out, or null, is what the service is set to. */
export async function setQuotas(
  transaction: Transaction,
  { quotas, recordChange, clock }: SetQuotasTools,
  author: Author,
  organisationId: string,
  { sequence, ...wanted }: QuotaSettings,
): Promise<OrganisationQuotas> {
  // The organisation is held, as there may be no row of its quotas to hold yet.
  const [known] = await transaction.query('select id from organisations where id = $1 for no key update', [
    organisationId,
  ]);
  if (known === undefined) throw new Problem('organisation-unknown');
  const before = await readOverrides(transaction, organisationId);
  checkSequence("The organisation's quotas", before.sequence, sequence);
  const columns = QUOTA_NAMES.map((name) => overrideColumns[name]);
  const values = QUOTA_NAMES.map((name) => wanted[name] ?? null);
  await transaction.query(
    `insert into quota_overrides as q (organisation_id, created_at, modified_at, ${columns.join(', ')})
     values ($1, $2, $2, ${columns.map((_, index) => `$${index + 3}`).join(', ')})
     on conflict (organisation_id) do update set sequence = q.sequence + 1, modified_at = excluded.modified_at,
       ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [organisationId, clock(), ...values],
  );
  await recordChange(transaction, {
    ...author,
    organisationId,
    action: 'quotas-set',
    subject: `organisation:${organisationId}`,
    details: { from: before.overrides, to: wanted },
  });
  return showQuotas(transaction, quotas, organisationId);
}
