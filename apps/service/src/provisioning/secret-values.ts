import { UnusableSecret } from '@meterhouse/contract/declaration';

/**
 * Refuses what could be guessed. A token is found by a fast hash, so it needs 128 random bits; its randomness cannot be seen,
 * so this is the most that its length and its kinds of characters can hold.
 *
 * @throws UnusableSecret
 */
export function checkTokenValue(value: string): void {
  if (!/^[\x21-\x7e]{1,512}$/.test(value))
    throw new UnusableSecret('must be printable ASCII without spaces, 512 characters at most');
  const bits = value.length * Math.log2(alphabetOf(value));
  if (bits < 128 || new Set(value).size < 8)
    throw new UnusableSecret('must have 128 random bits or more: make one with "openssl rand -base64 32"');
  // Logs and answers tell UUIDs, as ids of meters and of requests; and of their bits 122 are random.
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    throw new UnusableSecret(
      'must not be a UUID, which logs may tell: make one with "openssl rand -base64 32"',
    );
}

function alphabetOf(value: string): number {
  if (/^[0-9]+$/.test(value)) return 10;
  if (/^[0-9a-f]+$/i.test(value)) return 16;
  const kinds: readonly [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9]/, 2],
  ];
  return kinds.reduce((sum, [kind, size]) => sum + (kind.test(value) ? size : 0), 0);
}

/** @throws UnusableSecret */
export function checkPassword(value: string): void {
  if (value.length < 8 || value.length > 1024)
    throw new UnusableSecret('must have 8 characters or more, 1024 at most');
}
