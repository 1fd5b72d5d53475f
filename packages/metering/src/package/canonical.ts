/** RFC 8785: one value, one text. Identities and signatures are taken over it. */
import { createHash } from 'node:crypto';
import type { PackageHeader } from '@meterhouse/contract';
import serialize from 'canonicalize';

/** The canonical text of a JSON value. Throws an Error for NaN, infinity, lone surrogates and cycles. */
export function canonical(value: unknown): string {
  const text = serialize(value);
  if (text === undefined) throw new TypeError('a value without a JSON form has no canonical text');
  return text;
}

/** SHA-256 of the canonical text, 64 hexadecimal digits. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonical(value), 'utf8').digest('hex');
}

/** A package's identity, and the `previous` of the next one: the digest of what is signed. */
export function packageDigest(header: PackageHeader): string {
  return canonicalDigest(header);
}
