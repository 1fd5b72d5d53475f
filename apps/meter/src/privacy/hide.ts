import { hash, hkdfSync } from 'node:crypto';
import type { PrivateAttribute } from '../hours/index.ts';

/** Attributes whose names are hidden by a hash. */
export type NamedAttribute = Exclude<PrivateAttribute, 'license'>;

/** What stands for every name that is redacted. */
export const REDACTED = 'redacted';

/**
 * `vm-3f9c…`: the attribute and 128 bits of HMAC-SHA-256. Each attribute has a key of its own, so that a host and a machine of
 * one name cannot be matched.
 */
export type Hide = (attribute: NamedAttribute, plain: string) => string;

export function createHide(key: Buffer): Hide {
  const derived = (attribute: NamedAttribute) =>
    hmacSha256(
      Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `meterhouse privacy v1 ${attribute}`, 32)),
    );
  const macs = {
    vm: derived('vm'),
    host: derived('host'),
    cluster: derived('cluster'),
    customer: derived('customer'),
  };
  return (attribute, plain) => `${attribute}-${macs[attribute](plain).slice(0, 32)}`;
}

/**
 * HMAC-SHA-256 (RFC 2104) of texts, hexadecimal, by two one-shot hashes: createHmac takes four times as long, and the first
 * hour of 50,000 machines asks for as many. A test holds it to createHmac.
 */
export function hmacSha256(key: Buffer): (text: string) => string {
  const padded = Buffer.alloc(64);
  key.copy(padded);
  const inner = padded.map((byte) => byte ^ 0x36);
  const outer = padded.map((byte) => byte ^ 0x5c);
  return (text) => {
    const first = hash('sha256', Buffer.concat([inner, Buffer.from(text, 'utf8')]), 'buffer');
    return hash('sha256', Buffer.concat([outer, first]), 'hex');
  };
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * A licence key with all but its last five letters and digits hidden: `*****-*****-*****-*****-7QK2M`. Of one that has no more
 * than five, nothing is shown.
 */
export function maskedLicense(key: string): string {
  const characters = [...key];
  const places = characters.flatMap((each, at) => (LETTER_OR_DIGIT.test(each) ? [at] : []));
  const shown = new Set(places.length <= 5 ? [] : places.slice(-5));
  return characters.map((each, at) => (each === '-' || shown.has(at) ? each : '*')).join('');
}
