import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { renameDurably } from '../../identity/durable-file.ts';
import { type Counts, NamesBack } from './names-back.ts';
import { notUnderstood } from './not-understood.ts';
import { rewriteParquet } from './rewrite-parquet.ts';
import { rewriteText } from './rewrite-text.ts';

export type ReportForm = 'text' | 'packed-text' | 'parquet';

export interface Deanonymised extends Readonly<Counts> {
  readonly form: ReportForm;
}

/**
 * Gives a report its names back: any report, in any form that the service gives it in, told by its content. It comes out in the
 * same form. Only whole cells of the columns Name, Host, Cluster and Customer are replaced.
 *
 * @param from the report as it was downloaded
 * @param to where it is written, whole or not at all, readable by the owner only; what is there is replaced
 * @param names by what hides them, as `allNames` gives them
 * @throws MeterError `report-not-understood`
 */
export async function deanonymise(
  from: string,
  to: string,
  names: ReadonlyMap<string, string>,
): Promise<Deanonymised> {
  const form = await formOf(from);
  const back = new NamesBack(names);
  const temporary = `${to}.${randomBytes(6).toString('hex')}.partial`;
  try {
    if (form === 'parquet') await rewriteParquet(from, temporary, back);
    else await rewriteText(from, temporary, form === 'packed-text', back);
    await renameDurably(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
  return { form, ...back.counts };
}

async function formOf(path: string): Promise<ReportForm> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead === 0) throw notUnderstood(path, 'it is empty');
    if (buffer.toString('latin1') === 'PAR1') return 'parquet';
    if (buffer[0] === 0x50 && buffer[1] === 0x4b)
      throw notUnderstood(path, 'it is a zip; give the files in it');
    return buffer[0] === 0x1f && buffer[1] === 0x8b ? 'packed-text' : 'text';
  } finally {
    await file.close();
  }
}
