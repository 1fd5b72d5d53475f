import { hash } from 'node:crypto';

/**
 * A UUID (version 8, RFC 9562) that the same words always give: what is made up here is the same at each run, on each machine.
 * The words are joined by a NUL, which none of them holds.
 */
export function derivedUuid(...words: readonly string[]): string {
  const bytes = hash('sha256', words.join('\0'), 'buffer');
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
