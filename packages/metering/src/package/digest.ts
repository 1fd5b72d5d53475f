/**
 * The content digest of a slice: what its records say, whatever the order of their lines.
 *
 *   digest of a record = SHA-256 of its line without the LF, read as a little-endian number
 *   digest of a slice = the sum of its records' digests modulo 2^256, as 64 hexadecimal digits
 *
 * A line has one spelling, and the kinds have different fields, so equal lines are equal records. A sum, not an exclusive or:
 * the same line twice must not vanish. It finds equal content among honest meters; the package's signature is what guards
 * against others.
 */
import { createHash } from 'node:crypto';
import type { PartKind, RecordOf } from '@meterhouse/contract';
import { recordLine } from './writer.ts';

const MODULUS = 1n << 256n;

/** The digest of one record, 0 ≤ digest < 2^256. */
export function recordDigest<Kind extends PartKind>(kind: Kind, record: RecordOf[Kind]): bigint {
  const hash = createHash('sha256').update(recordLine(kind, record).slice(0, -1), 'utf8').digest();
  return BigInt(`0x${hash.reverse().toString('hex')}`);
}

/** The digest of records together; 0n is the digest of none. */
export function addDigest(sum: bigint, digest: bigint): bigint {
  return (sum + digest) % MODULUS;
}

/** As it stands in `corrects`: 64 hexadecimal digits. */
export function formatDigest(digest: bigint): string {
  return digest.toString(16).padStart(64, '0');
}
