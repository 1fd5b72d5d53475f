import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ChecksumError } from '../errors.ts';
import type { Announced } from './announced.ts';

/** Takes the bytes of a file as they come, and tells at its end whether they are the announced ones. */
export interface ByteCheck {
  readonly taken: number;
  take(piece: Uint8Array): void;
  /** @throws ChecksumError naming the first that differs: length, SHA-256, MD5 */
  finish(): void;
}

/** @param what names the file in errors; @param hint what may have changed the bytes */
export function checkBytes(what: string, announced: Announced, hint?: string): ByteCheck {
  const sums = [
    { algorithm: 'sha-256', expected: announced.sha256, hash: sha256.create() },
    { algorithm: 'md5', expected: announced.md5, hash: md5.create() },
  ] as const;
  const wanted = sums.filter(({ expected }) => expected !== undefined);
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take(piece) {
      taken += piece.length;
      for (const { hash } of wanted) hash.update(piece);
    },
    finish() {
      const { length } = announced;
      if (length !== undefined && length !== taken)
        throw new ChecksumError({
          what,
          algorithm: 'length',
          expected: `${length}`,
          actual: `${taken}`,
          hint,
        });
      for (const { algorithm, expected, hash } of wanted) {
        const actual = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
        if (actual !== expected)
          throw new ChecksumError({ what, algorithm, expected: expected!, actual, hint });
      }
    },
  };
}
