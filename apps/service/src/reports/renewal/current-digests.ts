import type { ReportType } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';

/** SHA-256 of the plain TSV, hexadecimal, of each report that a month lists now. */
export async function currentDigests(
  on: Queryable,
  meterId: string,
  month: string,
): Promise<ReadonlyMap<ReportType, string>> {
  const rows = await on.query<{ report_type: ReportType; digest: string }>(
    `select report_type, encode(plain_sha256, 'hex') as digest from reports
      where meter_id = $1 and month = $2 and superseded_at is null`,
    [meterId, `${month}-01`],
  );
  return new Map(rows.map((row) => [row.report_type, row.digest]));
}
