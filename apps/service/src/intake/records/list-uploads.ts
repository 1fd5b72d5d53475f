import type { Queryable } from '../../platform/database/index.ts';
import { UPLOAD_COLUMNS, type Upload } from '../../usage/index.ts';

/** The uploads of a meter, newest first, before `cursor` (a receipt order) where one is given. */
export async function listUploads(
  on: Queryable,
  where: { organisationId: string; meterId: string; cursor: string | undefined; limit: number },
): Promise<Upload[]> {
  return on.query<Upload>(
    `select ${UPLOAD_COLUMNS} from uploads u join meters m on m.id = u.meter_id
     where u.organisation_id = $1 and u.meter_id = $2 and ($3::bigint is null or u.receipt_order < $3::bigint)
     order by u.receipt_order desc limit $4`,
    [where.organisationId, where.meterId, where.cursor ?? null, where.limit],
  );
}

/** One upload of a meter. */
export async function findMeterUpload(
  on: Queryable,
  where: { organisationId: string; meterId: string; uploadId: string },
): Promise<Upload | undefined> {
  const [row] = await on.query<Upload>(
    `select ${UPLOAD_COLUMNS} from uploads u join meters m on m.id = u.meter_id
     where u.organisation_id = $1 and u.meter_id = $2 and u.id = $3`,
    [where.organisationId, where.meterId, where.uploadId],
  );
  return row;
}

/** Numbers before the highest of each epoch that have not come, both ends included. */
export async function missingNumbers(
  on: Queryable,
  meterId: string,
): Promise<{ epoch: number; from: number; to: number }[]> {
  return on.query(
    `select epoch, before::float8 + 1 as from, number::float8 - 1 as to from (
       select epoch, number, lag(number, 1, 0) over (partition by epoch order by number) as before
       from uploads where meter_id = $1
     ) gaps where number > before + 1 order by epoch, number`,
    [meterId],
  );
}
