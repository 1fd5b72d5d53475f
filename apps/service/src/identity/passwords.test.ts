import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from './passwords.ts';

test('a password verifies against its own hash and no other password does', async () => {
  const stored = await hashPassword('correct horse');
  assert.match(stored, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await verifyPassword('correct horse', stored), true);
  assert.equal(await verifyPassword('correct horsf', stored), false);
  assert.equal(await verifyPassword('', stored), false);
});

test('the same password hashes differently each time', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('composed and decomposed accents are one password', async () => {
  assert.equal(await verifyPassword('caf\u00e9', await hashPassword('cafe\u0301')), true);
});

test('a hash of other costs verifies; its costs are its own', async () => {
  // RFC 7914, 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), its first 64 bytes.
  const hash = Buffer.from(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'hex',
  );
  const phc = `$scrypt$ln=14,r=8,p=1$${base64('SodiumChloride')}$${base64(hash)}`;
  assert.equal(await verifyPassword('pleaseletmein', phc), true);
  assert.equal(await verifyPassword('pleaseletmeout', phc), false);
});

test('a stored text that is no hash, or asks for absurd memory, lets nobody in', async () => {
  const hash = 'A'.repeat(43);
  for (const stored of [
    '',
    'correct horse',
    `$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$${hash}`,
    `$scrypt$ln=30,r=8,p=1$c2FsdA$${hash}`,
    `$scrypt$ln=15,r=8,p=3$c2FsdA$AAAA`,
  ])
    assert.equal(await verifyPassword('correct horse', stored), false, stored);
});

const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64').replaceAll('=', '');
