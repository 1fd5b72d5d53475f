import type { Queryable } from '../../platform/database/index.ts';
import type { RecordCounts } from '../kinds.ts';

/** The slices that an upload owns now: `product hour` (Unix seconds) to the rows that the engine must have for it. */
export async function ownedSlices(on: Queryable, uploadId: string): Promise<Map<string, RecordCounts>> {
  const rows = await on.query<{ slice: string } & RecordCounts>(
    `select product || ' ' || extract(epoch from hour)::bigint as slice,
       vm_records as vm, host_records as host, cluster_records as cluster
     from slices where upload_id = $1`,
    [uploadId],
  );
  return new Map(rows.map(({ slice, vm, host, cluster }) => [slice, { vm, host, cluster }]));
}
