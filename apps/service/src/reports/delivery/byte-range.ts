import { Problem } from '@meterhouse/contract';

/** First and last byte, both inclusive, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a file of `size` bytes that a Range header asks for; undefined means the whole. By RFC 9110, 14.2 a header
 * that is malformed, of another unit, or of several ranges may be ignored, and is.
 *
 * @throws problem `range-not-satisfiable` when it lies beyond the end
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;

  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start < size) return { start, end };
  throw new Problem('range-not-satisfiable', {
    detail: `The file has ${size} bytes.`,
    headers: { 'Content-Range': `bytes */${size}` },
  });
}
