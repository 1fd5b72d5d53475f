import { createReadStream, createWriteStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';
import type { NamesBack } from './names-back.ts';
import { notUnderstood } from './not-understood.ts';
import { type TextForm, textForm } from './text-forms.ts';

/** No line of a report is longer: texts have 512 characters. What is, is no report. */
const LONGEST_LINE = 1_048_576;
/** As the service packs. */
const LEVEL = 3;

/**
 * Rewrites TSV, CSV or JSON, packed or not; rows are never held all at once.
 * @throws MeterError `report-not-understood`
 */
export async function rewriteText(
  from: string,
  to: string,
  packed: boolean,
  names: NamesBack,
): Promise<void> {
  const lines = new Lines(from, names);
  const out = createWriteStream(to, { flags: 'w', mode: 0o600, flush: true });
  try {
    if (packed)
      await pipeline(createReadStream(from), createGunzip(), lines, createGzip({ level: LEVEL }), out);
    else await pipeline(createReadStream(from), lines, out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw notUnderstood(from, 'it is damaged or its end is missing; download it again');
    throw error;
  }
}

/** Cuts what comes into lines and gives each to the form that the first one tells. */
class Lines extends Transform {
  readonly #from: string;
  readonly #names: NamesBack;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #form: TextForm | undefined;

  constructor(from: string, names: NamesBack) {
    super();
    this.#from = from;
    this.#names = names;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#guarded(done, () => {
      const text = this.#rest + this.#decoder.write(chunk);
      const end = text.lastIndexOf('\n');
      this.#rest = text.slice(end + 1);
      if (this.#rest.length > LONGEST_LINE) throw notUnderstood(this.#from, 'a line of it has no end');
      return end === -1 ? '' : `${this.#rewritten(text.slice(0, end))}\n`;
    });
  }

  override _flush(done: TransformCallback): void {
    this.#guarded(done, () => {
      const rest = this.#rest + this.#decoder.end();
      const last = rest === '' ? '' : this.#rewritten(rest);
      if (this.#form === undefined) throw notUnderstood(this.#from, 'it is empty');
      if (this.#form.lacking !== undefined) throw notUnderstood(this.#from, this.#form.lacking);
      return last;
    });
  }

  #guarded(done: TransformCallback, work: () => string): void {
    let text: string;
    try {
      text = work();
    } catch (error) {
      done(
        error instanceof SyntaxError ? notUnderstood(this.#from, 'a row of it is no JSON') : (error as Error),
      );
      return;
    }
    done(null, text);
  }

  #rewritten(text: string): string {
    const lines = text.split('\n');
    if (this.#form === undefined) {
      this.#form = textForm(lines[0]!, this.#names);
      if (this.#form === undefined)
        throw notUnderstood(
          this.#from,
          'its columns are those of none. It must be as the service gave it: TSV, CSV, JSON or Parquet',
        );
    }
    const form = this.#form;
    return lines.map((line) => form.line(line)).join('\n');
  }
}
