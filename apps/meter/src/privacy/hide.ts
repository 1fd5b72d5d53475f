import { createHmac, hkdfSync } from 'node:crypto';
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
    Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `meterhouse privacy v1 ${attribute}`, 32));
  const keys = {
    vm: derived('vm'),
    host: derived('host'),
    cluster: derived('cluster'),
    customer: derived('customer'),
  };
  return (attribute, plain) =>
    `${attribute}-${createHmac('sha256', keys[attribute]).update(plain, 'utf8').digest('hex').slice(0, 32)}`;
}

/** A licence key with all but its last five letters and digits hidden: `*****-*****-*****-*****-7QK2M`. */
export function maskedLicense(key: string): string {
  const characters = [...key];
  let shown = characters.length <= 5 ? 0 : 5;
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    if (!/[\p{L}\p{N}]/u.test(characters[at]!)) {
      if (characters[at] !== '-') characters[at] = '*';
    } else if (shown > 0) shown -= 1;
    else characters[at] = '*';
  }
  return characters.join('');
}
