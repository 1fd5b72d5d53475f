import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secrets } from './types.ts';

/** The first byte of everything sealed, so that another scheme can come beside this one. */
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals with AES-256-GCM: version (1 byte), random nonce (12), tag (16), then the sealed bytes. With random nonces one key is
 * good for 2^32 seals; the service makes a few a year.
 *
 * @param masterKey 32 bytes
 */
export function createSecrets(masterKey: Uint8Array): Secrets {
  if (masterKey.length !== 32) throw new Error('a master key has 32 bytes');
  return {
    seal(context, plain) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]);
    },
    open(context, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const start = 1 + nonceLength + tagLength;
      if (bytes[0] !== version || bytes.length < start)
        throw new Error(`"${context}" was not sealed by this service`);
      const nonce = bytes.subarray(1, 1 + nonceLength);
      const decipher = createDecipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagLength });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(bytes.subarray(1 + nonceLength, start));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]);
      } catch {
        throw new Error(
          `"${context}" does not open with this master key. Put the master key back that the database was used with: master.key in the data directory, unless --master-key-file names another. Without it, restore the copy that was made with the database.`,
        );
      }
    },
  };
}
