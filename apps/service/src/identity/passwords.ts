import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * Passwords at rest: scrypt in PHC form, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding. The cost is OWASP's
 * and takes 32 MiB and about 0.2 s, so that a stolen table is slow to guess through.
 */
const cost = { ln: 15, r: 8, p: 3 } as const;
const saltBytes = 16;
const hashBytes = 32;
/** A stored hash may ask for at most this, whoever wrote it; more would be an attack on our memory. */
const most = { ln: 17, r: 16, p: 8 } as const;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, hashBytes, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** False too for a stored text that is no such hash. Takes the same time whatever the password. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    stored,
  );
  if (parts === null) return false;
  const [ln, r, p] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (ln < 1 || ln > most.ln || r < 1 || r > most.r || p < 1 || p > most.p) return false;
  const expected = Buffer.from(parts[5]!, 'base64');
  if (expected.length < 16 || expected.length > 64) return false;
  const actual = await derive(password, Buffer.from(parts[4]!, 'base64'), expected.length, { ln, r, p });
  return timingSafeEqual(actual, expected);
}

function derive(
  password: string,
  salt: Buffer,
  length: number,
  { ln, r, p }: { ln: number; r: number; p: number },
): Promise<Buffer> {
  const N = 2 ** ln;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * r * (N + p + 8) };
  // One password has one spelling, whatever keyboard typed its accents.
  const text = password.normalize('NFKC');
  return new Promise((resolve, reject) =>
    scrypt(text, salt, length, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
