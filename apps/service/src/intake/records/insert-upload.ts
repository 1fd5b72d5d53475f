import type { Faults } from '@meterhouse/metering';
import type { Transaction } from '../../platform/database/index.ts';
import type { RecordCounts, SliceOutcome, Upload } from '../../usage/index.ts';
import type { Link } from './chain.ts';

export interface NewUpload extends Link {
  readonly tag: string;
  readonly organisationId: string;
  readonly month: string;
  readonly archiveKey: string;
  readonly bytes: number;
  readonly state: Upload['state'];
  readonly correctionReason: string | undefined;
  readonly records: RecordCounts;
  readonly outcomes: readonly SliceOutcome[];
  readonly refusal: Faults | undefined;
  readonly receivedBy: string;
  readonly receivedAt: Date;
}

/** Records an upload; gives its id. */
export async function insertUpload(transaction: Transaction, upload: NewUpload): Promise<string> {
  const [row] = await transaction.query<{ id: string }>(
    `insert into uploads (row_tag, organisation_id, meter_id, month, epoch, number, digest, previous, archive_key, bytes,
       state, correction_reason, records, outcomes, refusal, received_by, received_at)
     values ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), decode($8, 'hex'), $9, $10, $11, $12, $13, $14, $15, $16, $17)
     returning id`,
    [
      upload.tag,
      upload.organisationId,
      upload.meterId,
      `${upload.month}-01`,
      upload.epoch,
      upload.number,
      upload.digest,
      upload.previous,
      upload.archiveKey,
      upload.bytes,
      upload.state,
      upload.correctionReason ?? null,
      JSON.stringify(upload.records),
      JSON.stringify(upload.outcomes),
      upload.refusal ? JSON.stringify({ total: upload.refusal.total, faults: upload.refusal.list }) : null,
      upload.receivedBy,
      upload.receivedAt,
    ],
  );
  return row!.id;
}

/** A number that no other upload has or will have, for its stage and its rows. */
export async function nextTag(on: { query: Transaction['query'] }): Promise<string> {
  const [row] = await on.query<{ tag: string }>("select nextval('upload_tags') as tag");
  return row!.tag;
}
