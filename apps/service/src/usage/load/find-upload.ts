import type { Queryable } from '../../platform/database/index.ts';
import type { RecordCounts } from '../kinds.ts';

/** What became of one slice of a package; told in intake/upload-states.ts. */
export interface SliceOutcome {
  readonly product: string;
  readonly hour: string;
  readonly status: 'collected' | 'partial' | 'unreachable';
  readonly outcome:
    | 'counted'
    | 'raised'
    | 'corrected'
    | 'noted'
    | 'duplicate'
    | 'outranked'
    | 'conflict'
    | 'late';
  /** Content digest of the slice in this package. */
  readonly digest: string;
}

export interface Upload {
  readonly id: string;
  readonly tag: string;
  readonly organisationId: string;
  readonly meterId: string;
  readonly agentId: string;
  /** `2023-01` */
  readonly month: string;
  readonly epoch: number;
  readonly number: string;
  readonly digest: string;
  readonly archiveKey: string;
  readonly bytes: string;
  readonly state: 'accepted' | 'loaded' | 'refused' | 'late';
  readonly receiptOrder: string;
  readonly records: RecordCounts;
  readonly outcomes: readonly SliceOutcome[];
  readonly refusal: { readonly total: number; readonly faults: readonly unknown[] } | null;
  readonly correctionReason: string | null;
  readonly receivedBy: string;
  readonly receivedAt: Date;
  readonly loadedAt: Date | null;
  /** When the key that signed it was reported as in wrong hands. */
  readonly keyCompromisedAt: Date | null;
}

/** The columns of an upload under the names of `Upload`; the statement names its tables `u` and `m`. */
export const UPLOAD_COLUMNS = `u.id, u.row_tag as tag, u.organisation_id as "organisationId", u.meter_id as "meterId",
  m.agent_id as "agentId", to_char(u.month, 'YYYY-MM') as month, u.epoch, u.number, encode(u.digest, 'hex') as digest,
  u.archive_key as "archiveKey", u.bytes, u.state, u.receipt_order as "receiptOrder", u.records, u.outcomes, u.refusal,
  u.correction_reason as "correctionReason", u.received_by as "receivedBy", u.received_at as "receivedAt",
  u.loaded_at as "loadedAt",
  (select compromised_at from meter_keys k where k.meter_id = u.meter_id and k.epoch = u.epoch) as "keyCompromisedAt"`;

/** By its id alone: for jobs, never for a caller. */
export async function findUpload(on: Queryable, uploadId: string): Promise<Upload | undefined> {
  const [row] = await on.query<Upload>(
    `select ${UPLOAD_COLUMNS} from uploads u join meters m on m.id = u.meter_id where u.id = $1`,
    [uploadId],
  );
  return row;
}
