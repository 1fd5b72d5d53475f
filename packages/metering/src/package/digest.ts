/**
 * The content digest of a slice: what its records say, whatever the order of their lines.
 *
 *   text of a record = its kind and its values in the contract's field order, joined by TAB; a set joined by ','
 *   digest of a record = the first 16 bytes, little endian, of SHA-256(text as UTF-8)
 *   digest of a slice = the sum of its records' digests modulo 2^128, as 32 hexadecimal digits
 *
 * No value holds a TAB and no code a ',', so the text tells records apart. A sum, not an exclusive or: the same line twice
 * must not vanish. It finds equal content among honest meters; the package's signature is what guards against others.
 */
import { createHash } from 'node:crypto';
import type { PartKind, RecordOf } from '@meterhouse/contract';
import { FIELDS } from './fields.ts';

const MODULUS = 1n << 128n;
const WORD = 64n;

/** The digest of one record, 0 ≤ digest < 2^128. */
export function recordDigest<Kind extends PartKind>(kind: Kind, record: RecordOf[Kind]): bigint {
  const hash = createHash('sha256').update(recordText(kind, record), 'utf8').digest();
  return (hash.readBigUInt64LE(8) << WORD) | hash.readBigUInt64LE(0);
}

/** The digest of records together; 0n is the digest of none. */
export function addDigest(sum: bigint, digest: bigint): bigint {
  return (sum + digest) % MODULUS;
}

/** As it stands in `corrects`: 32 hexadecimal digits. */
export function formatDigest(digest: bigint): string {
  return digest.toString(16).padStart(32, '0');
}

function recordText<Kind extends PartKind>(kind: Kind, record: RecordOf[Kind]): string {
  const values: { readonly [field: string]: string | number | readonly string[] } = { ...record };
  let text: string = kind;
  for (const { name } of FIELDS[kind]) {
    const value = values[name];
    text += `\t${typeof value === 'object' ? value.join(',') : value}`;
  }
  return text;
}
