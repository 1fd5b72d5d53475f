import type { MeteringMode } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/types.ts';

/**
 * What a meter is billed under is history: contract, site and mode hold from an hour to an hour, and reports split their rows
 * there. The first assignment of a meter reaches back without limit. A change counts from the next full hour; one that comes
 * before that hour takes its place, and one that takes it back leaves no trace. What has begun is never altered.
 */
export interface Terms {
  readonly contractId?: string;
  readonly siteId?: string;
  readonly meteringMode: MeteringMode;
}

export interface NamedTerms extends Terms {
  readonly contractNumber?: string;
  readonly siteName?: string;
}

/** The newest assignment, also when it counts only from the next hour on. */
export async function latestAssignment(on: Queryable, meterId: string): Promise<NamedTerms | undefined> {
  const [row] = await on.query<TermsRow & { number: string | null; name: string | null }>(
    `select a.contract_id, a.site_id, a.metering_mode, c.number, s.name
     from meter_assignments a
     left join contracts c on c.id = a.contract_id
     left join sites s on s.id = a.site_id
     where a.meter_id = $1 order by a.from_hour desc limit 1`,
    [meterId],
    'latest-assignment',
  );
  if (row === undefined) return undefined;
  return {
    ...termsOf(row),
    ...(row.number === null ? {} : { contractNumber: row.number }),
    ...(row.name === null ? {} : { siteName: row.name }),
  };
}

/** The first assignment of a meter. */
export async function beginAssignments(
  transaction: Transaction,
  meterId: string,
  terms: Terms,
): Promise<void> {
  await writeAssignment(transaction, meterId, '-infinity', terms);
}

/** From the next full hour on these terms hold. The meter must be locked. */
export async function changeAssignment(
  transaction: Transaction,
  meterId: string,
  terms: Terms,
  now: Date,
): Promise<void> {
  const [latest, before] = await transaction.query<TermsRow & { from_hour: Date | number }>(
    `select from_hour, contract_id, site_id, metering_mode from meter_assignments
     where meter_id = $1 order by from_hour desc limit 2`,
    [meterId],
  );
  const pending = latest !== undefined && latest.from_hour.valueOf() > now.valueOf();
  if (!pending) return writeAssignment(transaction, meterId, nextFullHour(now), terms);
  if (before === undefined || !sameTerms(termsOf(before), terms))
    return writeAssignment(transaction, meterId, latest.from_hour as Date, terms);
  await transaction.query('delete from meter_assignments where meter_id = $1 and from_hour = $2', [
    meterId,
    latest.from_hour,
  ]);
}

export function sameTerms(one: Terms, other: Terms): boolean {
  return (
    one.contractId === other.contractId &&
    one.siteId === other.siteId &&
    one.meteringMode === other.meteringMode
  );
}

/** An instant that is an hour's start is that hour's already, so the next one follows. */
export function nextFullHour(now: Date): Date {
  const hour = 3_600_000;
  return new Date((Math.floor(now.getTime() / hour) + 1) * hour);
}

interface TermsRow {
  contract_id: string | null;
  site_id: string | null;
  metering_mode: MeteringMode;
}

function termsOf({ contract_id, site_id, metering_mode }: TermsRow): Terms {
  return {
    ...(contract_id === null ? {} : { contractId: contract_id }),
    ...(site_id === null ? {} : { siteId: site_id }),
    meteringMode: metering_mode,
  };
}

async function writeAssignment(
  transaction: Transaction,
  meterId: string,
  from: Date | '-infinity',
  { contractId, siteId, meteringMode }: Terms,
): Promise<void> {
  await transaction.query(
    `insert into meter_assignments (meter_id, from_hour, contract_id, site_id, metering_mode)
     values ($1, $2, $3, $4, $5)
     on conflict (meter_id, from_hour) do update
       set contract_id = excluded.contract_id, site_id = excluded.site_id, metering_mode = excluded.metering_mode`,
    [meterId, from, contractId ?? null, siteId ?? null, meteringMode],
  );
}
