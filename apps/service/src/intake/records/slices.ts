import type { Transaction } from '../../platform/database/index.ts';
import type { RecordCounts } from '../../usage/index.ts';
import type { SliceState, SliceStatus } from '../upload-states.ts';

/** A slice as it is held, with the place in the chain of the package that owns it. */
export interface HeldSlice extends SliceState {
  readonly epoch: number;
  readonly number: number;
}

/** The slices of a meter that are held from the first to the last of these hours, by `product hour` (hours as Unix seconds). */
export async function heldSlices(
  transaction: Transaction,
  meterId: string,
  hours: { readonly first: Date; readonly last: Date },
): Promise<ReadonlyMap<string, HeldSlice>> {
  const rows = await transaction.query<{
    slice: string;
    status: SliceStatus;
    digest: string;
    covered: [string, string][] | null;
    epoch: number;
    number: string;
  }>(
    `select s.product || ' ' || extract(epoch from s.hour)::bigint as slice, s.status, encode(s.digest, 'hex') as digest,
       s.covered, u.epoch, u.number
     from slices s join uploads u on u.id = s.upload_id
     where s.meter_id = $1 and s.hour between $2 and $3`,
    [meterId, hours.first, hours.last],
  );
  return new Map(rows.map(({ slice, number, ...held }) => [slice, { ...held, number: Number(number) }]));
}

export interface ClaimedSlice extends SliceState {
  readonly product: string;
  /** ISO hour. */
  readonly hour: string;
  readonly coveredSeconds: number;
  readonly reason: string | null;
  readonly records: RecordCounts;
}

/** Makes an upload the owner of these slices, whoever owned them before. */
export async function claimSlices(
  transaction: Transaction,
  on: { organisationId: string; meterId: string; month: string; uploadId: string },
  slices: readonly ClaimedSlice[],
): Promise<void> {
  if (slices.length === 0) return;
  const rows = slices.map((slice) => ({
    product: slice.product,
    hour: slice.hour,
    status: slice.status,
    covered_seconds: slice.coveredSeconds,
    covered: slice.covered,
    reason: slice.reason,
    digest: slice.digest,
    vm: slice.records.vm,
    host: slice.records.host,
    cluster: slice.records.cluster,
  }));
  await transaction.query(
    `insert into slices (organisation_id, meter_id, product, hour, month, status, covered_seconds, covered, reason,
       upload_id, digest, vm_records, host_records, cluster_records)
     select $1, $2, r.product, r.hour, $3, r.status, r.covered_seconds, r.covered, r.reason, $4, decode(r.digest, 'hex'),
       r.vm, r.host, r.cluster
     from jsonb_to_recordset($5) as r(product uuid, hour timestamptz, status text, covered_seconds integer, covered jsonb,
       reason text, digest text, vm integer, host integer, cluster integer)
     on conflict (meter_id, product, hour) do update set
       status = excluded.status, covered_seconds = excluded.covered_seconds, covered = excluded.covered,
       reason = excluded.reason, upload_id = excluded.upload_id, digest = excluded.digest,
       vm_records = excluded.vm_records, host_records = excluded.host_records, cluster_records = excluded.cluster_records`,
    [on.organisationId, on.meterId, `${on.month}-01`, on.uploadId, JSON.stringify(rows)],
  );
}
