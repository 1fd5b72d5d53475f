/**
 * The password of the one who uses the meter's API, at rest: scrypt in PHC form, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, as the
 * service keeps those of people. It takes 32 MiB and about 0.2 s.
 */
import { hash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const cost = { ln: 15, r: 8, p: 3 } as const;
const SALT = 16;
const HASH = 32;
/** A stored hash may ask for at most this, whoever wrote it. */
const most = { ln: 17, r: 16, p: 8 } as const;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const derived = await derive(password, salt, HASH, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(derived)}`;
}

/** False too for a stored text that is no such hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, ...parts] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored) ?? [];
  const [ln = 0, r = 0, p = 0] = parts.slice(0, 3).map(Number);
  if (ln < 1 || ln > most.ln || r < 1 || r > most.r || p < 1 || p > most.p) return false;
  const expected = Buffer.from(parts[4]!, 'base64');
  if (expected.length < 16 || expected.length > 64) return false;
  const actual = await derive(password, Buffer.from(parts[3]!, 'base64'), expected.length, { ln, r, p });
  return timingSafeEqual(actual, expected);
}

/** Of two passwords in the clear; tells by its time nothing of where they differ. */
export function samePassword(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => hash('sha256', text.normalize('NFKC'), 'buffer'));
  return timingSafeEqual(a!, b!);
}

function derive(
  password: string,
  salt: Buffer,
  length: number,
  { ln, r, p }: { ln: number; r: number; p: number },
): Promise<Buffer> {
  const N = 2 ** ln;
  return new Promise((resolve, reject) =>
    // One password has one spelling, whatever keyboard typed its accents.
    scrypt(
      password.normalize('NFKC'),
      salt,
      length,
      { N, r, p, maxmem: 128 * r * (N + p + 8) },
      (error, key) => (error ? reject(error) : resolve(key)),
    ),
  );
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
