import type { RenditionForm } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';
import type { RecordedRendition } from './find-rendition.ts';

/**
 * Records what (ref, form) is from now on; another process may have recorded the same. False when the bytes of the report have
 * left the archive meanwhile: then nothing is recorded.
 */
export async function insertRendition(
  on: Queryable,
  ref: string,
  form: RenditionForm,
  { content_length, sha256 }: RecordedRendition,
  now: Date,
): Promise<boolean> {
  const rows = await on.query(
    `insert into report_renditions (ref, form, content_length, sha256, created_at)
     select ref, $2, $3, decode($4, 'hex'), $5 from reports where ref = $1 and removed_at is null
     on conflict (ref, form) do update set form = excluded.form
     returning 1`,
    [ref, form, content_length, sha256, now],
  );
  return rows.length > 0;
}
