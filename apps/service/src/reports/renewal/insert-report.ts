import { randomBytes } from 'node:crypto';
import { REPORT_MEDIA_TYPE } from '@meterhouse/contract';
import type { Transaction } from '../../platform/database/types.ts';
import type { ArchivedReport } from './archive-reports.ts';

/** Whose report it is, of which month (`2023-01`), made from which count of changes. */
export interface ReportPlace {
  readonly organisationId: string;
  readonly meterId: string;
  readonly month: string;
  readonly basis: bigint;
}

/** Gives an archived report a ref of its own, 192 random bits, provisional. */
export async function insertReport(
  transaction: Transaction,
  place: ReportPlace,
  report: ArchivedReport,
  now: Date,
): Promise<void> {
  await transaction.query(
    `insert into reports (ref, organisation_id, meter_id, month, report_type, basis, content_type, archive_key,
                          content_length, md5, sha256, plain_sha256, rows, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      randomBytes(24).toString('base64url'),
      place.organisationId,
      place.meterId,
      `${place.month}-01`,
      report.type,
      place.basis,
      REPORT_MEDIA_TYPE,
      report.archiveKey,
      report.contentLength,
      report.md5,
      report.sha256,
      report.plainSha256,
      report.rows,
      now,
    ],
  );
}
