import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
} from 'jose';
import { accessOf, exchange, type House, issuer, withHouse } from '../registry/testing.ts';

const url = '/api/v1/meters';

async function statusOf(house: House, bearer: string): Promise<number> {
  return (await house.call(bearer, { url })).statusCode;
}

/** A token with our own key, so that one thing alone is wrong with it. */
async function signedByUs(house: House, header: object, claims: object): Promise<string> {
  const { kid, privateKey } = await house.identity.signingKeys.current('access');
  const now = Math.floor(house.now.getTime() / 1000);
  const { id } = await house.organisation(randomUUID());
  const usual = {
    iss: issuer,
    aud: 'meterhouse-api',
    sub: 'token:1',
    organisation: id,
    role: 'reader',
    iat: now,
    exp: now + 60,
  };
  return await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
    .sign(privateKey);
}

describe('a call', () => {
  it('is let in by an access token in either header, and by no cookie', () =>
    withHouse(async (house) => {
      const { reader } = await house.organisation('Acme Cloud');
      assert.equal(await statusOf(house, reader), 200);
      const own = await house.call(undefined, { url, headers: { 'csp-auth-token': reader } });
      assert.equal(own.statusCode, 200);
      const cookie = await house.call(undefined, { url, headers: { cookie: `csp-auth-token=${reader}` } });
      assert.equal(cookie.statusCode, 401);
      assert.equal((await house.call(undefined, { url })).statusCode, 401);
    }));

  it('is let in for 30 minutes and not a second more', () =>
    withHouse(async (house) => {
      const { reader } = await house.organisation('Acme Cloud');
      const start = house.now.getTime();
      house.now = new Date(start + 1799_000);
      assert.equal(await statusOf(house, reader), 200);
      house.now = new Date(start + 1800_000);
      const late = await house.call(reader, { url });
      assert.equal(late.statusCode, 401);
      assert.match(late.json().detail, /has expired/);
    }));

  it('is not let in by an id token', () =>
    withHouse(async (house) => {
      const { id } = await house.organisation('Acme Cloud');
      const { value } = await accessOf(house, id, 'administrator');
      const { id_token } = (await exchange(house, { refresh_token: value })).json();
      assert.equal(await statusOf(house, id_token), 401);
    }));

  it('is not let in by an API token itself', () =>
    withHouse(async (house) => {
      const { id } = await house.organisation('Acme Cloud');
      assert.equal(await statusOf(house, (await accessOf(house, id, 'administrator')).value), 401);
    }));
});

describe('a token is refused', () => {
  it('when anything of what we sign is otherwise: issuer, audience, type, times, missing claims', () =>
    withHouse(async (house) => {
      const now = Math.floor(house.now.getTime() / 1000);
      const cases: [string, object, object][] = [
        ['issuer', {}, { iss: 'https://elsewhere.example' }],
        ['audience', {}, { aud: 'meterhouse-client' }],
        ['type', { typ: 'JWT' }, {}],
        ['no type', { typ: undefined }, {}],
        ['expired', {}, { exp: now }],
        ['no expiry', {}, { exp: undefined }],
        ['no subject', {}, { sub: undefined }],
        ['unknown key', { kid: 'nobody' }, {}],
        ['no key', { kid: undefined }, {}],
      ];
      assert.equal(await statusOf(house, await signedByUs(house, {}, {})), 200);
      for (const [what, header, claims] of cases)
        assert.equal(await statusOf(house, await signedByUs(house, header, claims)), 401, what);
    }));

  it('when it is unsigned, signed by another key, or by our public key as if that were a secret', () =>
    withHouse(async (house) => {
      const { reader } = await house.organisation('Acme Cloud');
      const [header, payload, signature] = reader.split('.') as [string, string, string];
      const { kid } = decodeProtectedHeader(reader);
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

      for (const alg of ['none', 'None', 'NONE'])
        for (const end of ['', signature])
          assert.equal(await statusOf(house, `${part({ alg, typ: 'at+jwt', kid })}.${payload}.${end}`), 401);

      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const stranger = await new SignJWT(decodeJwt(reader))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: kid!, jwk: await exportJWK(publicKey) })
        .sign(privateKey);
      assert.equal(await statusOf(house, stranger), 401);

      const { keys } = (await house.call(undefined, { url: '/.well-known/jwks.json' })).json();
      const confused = `${part({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}`;
      for (const secret of [JSON.stringify(keys[0]), keys[0].x]) {
        const mac = createHmac('sha256', secret).update(confused).digest('base64url');
        assert.equal(await statusOf(house, `${confused}.${mac}`), 401);
      }

      const promoted = part({ ...decodeJwt(reader), role: 'operator' });
      assert.equal(await statusOf(house, `${header}.${promoted}.${signature}`), 401);
      assert.equal(await statusOf(house, `${header}.${payload}.${'A'.repeat(86)}`), 401);
      for (const nonsense of ['x', 'a.b.c', '..', `${reader}.`, reader.slice(0, -20)])
        assert.equal(await statusOf(house, nonsense), 401, nonsense);
    }));
});

describe('a key rotation', () => {
  it('signs by the new key at once and verifies the old tokens until they are out; keys are kept', () =>
    withHouse(async (house) => {
      const { id, reader } = await house.organisation('Acme Cloud');
      const published = async () =>
        (await house.call(undefined, { url: '/.well-known/jwks.json' }))
          .json()
          .keys.map(({ kid }: { kid: string }) => kid);
      const old = decodeProtectedHeader(reader).kid!;
      house.now = new Date(house.now.getTime() + 1000);
      const fresh = await house.identity.rotateSigningKey('access');
      assert.notEqual(fresh, old);
      assert.deepEqual(await published(), [fresh, old]);
      const next = (await accessOf(house, id, 'reader')).access;
      assert.equal(decodeProtectedHeader(next).kid, fresh);
      assert.equal(await statusOf(house, next), 200);
      assert.equal(await statusOf(house, reader), 200);

      const longLived = await forgeBy(house, old);
      assert.equal(await statusOf(house, longLived), 200);
      house.now = new Date(house.now.getTime() + 1800_000);
      assert.equal(await statusOf(house, longLived), 401, 'a retired key verifies nothing for ever');
      assert.deepEqual(await published(), [fresh]);
      const kept = await house.database.query("select kid from signing_keys where purpose = 'access'");
      assert.equal(kept.length, 2);
      assert.ok((await house.actions()).includes('signing-key-rotated'));
    }));

  it('from several processes at once leaves one key in force', () =>
    withHouse(async (house) => {
      await Promise.all([1, 2, 3, 4].map(() => house.identity.signingKeys.current('report')));
      const made = await house.database.query("select kid from signing_keys where purpose = 'report'");
      assert.equal(made.length, 1);
      await Promise.all([1, 2, 3].map(() => house.identity.rotateSigningKey('report')));
      const rows = await house.database.query<{ retired_at: Date | null }>(
        "select retired_at from signing_keys where purpose = 'report'",
      );
      assert.equal(rows.length, 4);
      assert.equal(rows.filter(({ retired_at }) => retired_at === null).length, 1);
      assert.equal((await house.identity.signingKeys.published('report')).length, 4);
    }));

  it('keeps access keys and report keys apart', () =>
    withHouse(async (house) => {
      const { kid } = await house.identity.signingKeys.current('report');
      assert.equal(await house.identity.signingKeys.find('access', kid), undefined);
      assert.notEqual(await house.identity.signingKeys.find('report', kid), undefined);
    }));
});

test('private keys lie sealed in the database', () =>
  withHouse(async (house) => {
    await house.organisation('Acme Cloud');
    const [row] = await house.database.query<{ public_jwk: { d?: string }; sealed_private_jwk: Buffer }>(
      'select public_jwk, sealed_private_jwk from signing_keys',
    );
    assert.equal(row!.public_jwk.d, undefined);
    assert.ok(!row!.sealed_private_jwk.toString('latin1').includes('"d"'));
    await assert.doesNotReject(importJWK(row!.public_jwk as object, 'ES256'));
  }));

/** A token of an hour, as somebody who had stolen this key would make it. */
async function forgeBy(house: House, kid: string): Promise<string> {
  const now = Math.floor(house.now.getTime() / 1000);
  const stolen = await steal(house, kid);
  const [row] = await house.database.query<{ id: string }>('select id from organisations limit 1');
  return await new SignJWT({ organisation: row!.id, role: 'reader' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(issuer)
    .setAudience('meterhouse-api')
    .setSubject('token:1')
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(stolen);
}
/** Puts the retired key in force again for a moment, to get hold of it. */
async function steal(house: House, kid: string): Promise<CryptoKey> {
  const [current] = await house.database.query<{ kid: string }>(
    "select kid from signing_keys where purpose = 'access' and retired_at is null",
  );
  const swap = (retire: string, revive: string) =>
    house.database.transaction(async (transaction) => {
      await transaction.query('update signing_keys set retired_at = $2 where kid = $1', [retire, house.now]);
      await transaction.query('update signing_keys set retired_at = null where kid = $1', [revive]);
    });
  await swap(current!.kid, kid);
  const { privateKey } = await house.identity.signingKeys.current('access');
  await swap(kid, current!.kid);
  return privateKey;
}
