import type { RenditionForm } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';

/** The bytes that a ref stands for in one form. */
export interface RecordedRendition {
  readonly content_length: number;
  /** Of the bytes as they are sent, hexadecimal. */
  readonly sha256: string;
}

/** What (ref, form) was the first time, undefined when nobody has asked for it yet. The ref was checked by findReport. */
export async function findRendition(
  on: Queryable,
  ref: string,
  form: RenditionForm,
): Promise<RecordedRendition | undefined> {
  const [row] = await on.query<RecordedRendition>(
    `select content_length::float8 as content_length, encode(sha256, 'hex') as sha256
       from report_renditions where ref = $1 and form = $2`,
    [ref, form],
  );
  return row;
}
