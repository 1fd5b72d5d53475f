import type { Transaction } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { meterMonthQueue } from '../queue.ts';

export interface UploadToLoad {
  readonly id: string;
  readonly meterId: string;
  /** `2023-01` */
  readonly month: string;
}

/**
 * Lets these uploads count as not loaded again and asks for their loads, in the order given. All of it in one transaction: the
 * reports of a month are asked for by its first load and stand behind all others in the month's queue, so that no report is
 * made from half of them.
 */
export async function loadAgain(
  transaction: Transaction,
  jobs: Jobs,
  uploads: readonly UploadToLoad[],
): Promise<void> {
  await transaction.query(
    "update uploads set state = 'accepted', loaded_at = null where id = any($1) and state = 'loaded'",
    [uploads.map(({ id }) => id)],
  );
  for (const { id, meterId, month } of uploads)
    await jobs.add(
      transaction,
      'usage-load',
      { uploadId: id },
      { queue: meterMonthQueue(meterId, month), key: `usage-load:${id}` },
    );
}

/** For an engine that begins empty: every upload whose rows it should have. */
export async function loadEverythingAgain(transaction: Transaction, jobs: Jobs): Promise<number> {
  const uploads = await transaction.query<UploadToLoad>(
    `select id, meter_id as "meterId", to_char(month, 'YYYY-MM') as month
     from uploads where state in ('accepted', 'loaded') order by receipt_order`,
  );
  await loadAgain(transaction, jobs, uploads);
  return uploads.length;
}
