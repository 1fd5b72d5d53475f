/** AES-256-GCM of one text: `v1.<nonce>.<sealed with its tag>`, base64url. What it belongs to is authenticated with it. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** One purpose of the key is no other. */
export function sealingKey(key: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'meterhouse meter secrets v1', 32));
}

/** @param belongsTo what the secret is for, unambiguous: it opens for nothing else */
export function seal(key: Buffer, secret: string, belongsTo: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(belongsTo, 'utf8'));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

/** Undefined when another key sealed it, it belongs to something else, or it was changed: GCM does not tell which. */
export function unseal(key: Buffer, text: string, belongsTo: string): string | undefined {
  const [version, nonceText = '', sealedText = ''] = text.split('.');
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  if (version !== 'v1' || nonce.length !== NONCE || sealed.length < TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(belongsTo, 'utf8'));
  decipher.setAuthTag(sealed.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
