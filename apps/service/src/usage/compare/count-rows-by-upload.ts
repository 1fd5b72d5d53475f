import type { Engine } from '../../platform/engine/index.ts';
import { KIND_NAMES, KINDS, NO_RECORDS, type RecordCounts } from '../kinds.ts';

/** One upload's rows in the engine. */
export interface UploadRows {
  readonly meterId: string;
  readonly tag: string;
  /** `2023-01` */
  readonly month: string;
  readonly records: RecordCounts;
}

/** The rows of every upload that the engine has, by upload and month: two columns of every table are read. */
export async function countRowsByUpload(engine: Engine): Promise<readonly UploadRows[]> {
  const found = new Map<string, UploadRows>();
  for (const kind of KIND_NAMES) {
    const rows = await engine.loads.rows<{ meter: string; upload: string; month: number; n: number }>(
      `SELECT meter, upload, toYYYYMM(hour) AS month, toUInt32(count()) AS n FROM ${KINDS[kind].table}
       GROUP BY meter, upload, month`,
    );
    for (const { meter, upload, month, n } of rows) {
      const key = `${upload} ${month}`;
      const before = found.get(key);
      found.set(key, {
        meterId: meter,
        tag: upload,
        month: `${Math.floor(month / 100)}-${String(month % 100).padStart(2, '0')}`,
        records: { ...(before?.records ?? NO_RECORDS), [kind]: n },
      });
    }
  }
  return [...found.values()];
}
