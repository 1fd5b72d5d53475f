import { text } from 'node:stream/consumers';
import type { Archive } from '../../platform/archive/index.ts';
import type { SliceOutcome, Upload } from '../load/find-upload.ts';

/**
 * What was decided of a package when it was taken, kept beside it in the archive. It holds all that `rebuild` needs and cannot
 * read in the package: the order, each slice's outcome, who brought it, and the reason of a correction. It says nothing that
 * changes later, so writing it again gives the same bytes.
 */
export interface Receipt {
  readonly format: 'meterhouse-receipt/1';
  readonly upload: string;
  /** Counts over the whole service: uploads were decided in this order. */
  readonly order: string;
  readonly tag: string;
  readonly organisation: string;
  readonly agent: string;
  readonly month: string;
  readonly epoch: number;
  readonly number: string;
  readonly digest: string;
  readonly package: string;
  readonly decision: 'accepted' | 'refused' | 'late';
  readonly outcomes: readonly SliceOutcome[];
  readonly correctionReason: string | null;
  readonly receivedBy: string;
  readonly receivedAt: string;
}

export function receiptKey(upload: Pick<Upload, 'archiveKey'>): string {
  return `${upload.archiveKey}.receipt.json`;
}

/**
 * Keeps the receipt of an upload that PostgreSQL has recorded; returns when it is synced. Done before the package is
 * acknowledged, and again by the load, in case the service died between the two.
 */
export async function keepReceipt(archive: Archive, upload: Upload): Promise<void> {
  const receipt: Receipt = {
    format: 'meterhouse-receipt/1',
    upload: upload.id,
    order: upload.receiptOrder,
    tag: upload.tag,
    organisation: upload.organisationId,
    agent: upload.agentId,
    month: upload.month,
    epoch: upload.epoch,
    number: upload.number,
    digest: upload.digest,
    package: upload.archiveKey,
    decision: upload.state === 'loaded' ? 'accepted' : upload.state,
    outcomes: upload.outcomes,
    correctionReason: upload.correctionReason,
    receivedBy: upload.receivedBy,
    receivedAt: upload.receivedAt.toISOString(),
  };
  await archive.put(receiptKey(upload), Buffer.from(`${JSON.stringify(receipt)}\n`, 'utf8'));
}

export async function readReceipt(archive: Archive, key: string): Promise<Receipt> {
  return JSON.parse(await text(await archive.read(key))) as Receipt;
}
