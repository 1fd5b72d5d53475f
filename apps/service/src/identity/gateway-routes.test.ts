import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { accessOf, exchange, form, type House, issuer, withHouse } from '../registry/testing.ts';

const url = '/csp/gateway/am/api/auth/api-tokens/authorize';

async function newToken(house: House, expiresAt?: Date) {
  const { id } = await house.organisation('Acme Cloud');
  const token = await house.database.transaction((transaction) =>
    house.identity.makeApiToken(transaction, {
      organisationId: id,
      name: 'automation',
      role: 'reporter',
      actor: 'service',
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }),
  );
  return { ...token, organisationId: id };
}

describe('the token gateway', () => {
  it('exchanges an API token for the published answer, which may not be stored', () =>
    withHouse(async (house) => {
      const token = await newToken(house);
      for (const field of ['refresh_token', 'api_token']) {
        const answer = await exchange(house, { [field]: token.value, passcode: '123', scope: 'x' });
        assert.equal(answer.statusCode, 200);
        assert.equal(answer.headers['cache-control'], 'no-store');
        const body = answer.json();
        assert.deepEqual(Object.keys(body).sort(), [
          'access_token',
          'expires_in',
          'id_token',
          'refresh_token',
          'scope',
          'token_type',
        ]);
        assert.equal(body.token_type, 'bearer');
        assert.equal(body.expires_in, 1799);
        assert.equal(body.refresh_token, token.value);
      }
    }));

  it('signs an access token of 30 minutes, bound to the organisation, whose key is published', () =>
    withHouse(async (house) => {
      const token = await newToken(house);
      const { access_token } = (await exchange(house, { refresh_token: token.value })).json();
      const { keys } = (await house.call(undefined, { url: '/.well-known/jwks.json' })).json();
      assert.deepEqual(Object.keys(keys[0]).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      const { payload, protectedHeader } = await jwtVerify(access_token, await importJWK(keys[0]), {
        issuer,
        audience: 'meterhouse-api',
        typ: 'at+jwt',
        currentDate: house.now,
      });
      assert.equal(protectedHeader.kid, keys[0].kid);
      assert.equal(payload.organisation, token.organisationId);
      assert.equal(payload.role, 'reporter');
      assert.equal(payload.token, token.id);
      assert.equal(payload.exp! - payload.iat!, 1800);
      assert.equal(payload.iat, Math.floor(house.now.getTime() / 1000));
    }));

  it('gives an id token that differs in type and audience', () =>
    withHouse(async (house) => {
      const token = await newToken(house);
      const { id_token, access_token } = (await exchange(house, { refresh_token: token.value })).json();
      assert.equal(decodeProtectedHeader(id_token).typ, 'JWT');
      assert.notEqual(decodeJwt(id_token).aud, decodeJwt(access_token).aud);
    }));

  it('refuses an unknown token in the published shape and repeats no more than its last four characters', () =>
    withHouse(async (house) => {
      const answer = await exchange(house, { refresh_token: 'a-token-that-nobody-ever-made-cF3k' });
      assert.equal(answer.statusCode, 400);
      assert.match(String(answer.headers['content-type']), /^application\/json/);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.deepEqual(answer.json(), {
        errorCode: 'invalid_grant',
        message: 'invalid_grant: Invalid refresh token: …cF3k',
        moduleCode: 340,
        statusCode: 400,
        requestId: answer.headers['x-request-id'],
      });
      const short = await exchange(house, { refresh_token: 'hunter2' });
      assert.equal(short.json().message, 'invalid_grant: Invalid refresh token: …');
      const forged = await exchange(house, { refresh_token: 'a-token-that-nobody-ever-made\r\n<b>' });
      assert.equal(forged.json().message, 'invalid_grant: Invalid refresh token: …');
    }));

  it('refuses a revoked token at once, and an expired one', () =>
    withHouse(async (house) => {
      const token = await newToken(house, new Date(house.now.getTime() + 60_000));
      assert.equal((await exchange(house, { refresh_token: token.value })).statusCode, 200);
      house.now = new Date(house.now.getTime() + 60_000);
      assert.equal((await exchange(house, { refresh_token: token.value })).json().errorCode, 'invalid_grant');

      const { access: _, ...other } = await accessOf(house, token.organisationId, 'reader');
      const revoke = () =>
        house.database.transaction((transaction) =>
          house.identity.revokeApiToken(transaction, {
            organisationId: token.organisationId,
            tokenId: other.id,
            actor: 'service',
          }),
        );
      assert.equal(await revoke(), true);
      assert.equal(await revoke(), false);
      assert.equal((await exchange(house, { refresh_token: other.value })).json().errorCode, 'invalid_grant');
      assert.equal((await house.actions()).filter((action) => action === 'api-token-revoked').length, 1);
    }));

  it('takes exactly one of the two fields, once, as a form', () =>
    withHouse(async (house) => {
      const { value } = await newToken(house);
      const refused = async (options: object, status = 400, errorCode = 'invalid_request') => {
        const answer = await house.call(undefined, { method: 'POST', url, ...options });
        assert.equal(answer.statusCode, status, answer.body);
        assert.equal(answer.json().errorCode, errorCode);
        assert.equal(answer.json().moduleCode, 340);
        assert.ok(!answer.body.includes(value));
      };
      await refused(form({ refresh_token: value, api_token: value }));
      await refused({ ...form({}), payload: `refresh_token=${value}&refresh_token=${value}` });
      await refused(form({ passcode: value }));
      await refused(form({ refresh_token: '' }));
      await refused({});
      await refused({ payload: { refresh_token: value } }, 415, 'unsupported_media_type');
    }));

  it('refuses a token in the query string, whatever the body says', () =>
    withHouse(async (house) => {
      const { value } = await newToken(house);
      for (const options of [{}, form({ refresh_token: value }), form({})]) {
        const answer = await house.call(undefined, {
          method: 'POST',
          url: `${url}?refresh_token=${value}`,
          ...options,
        });
        assert.equal(answer.statusCode, 400);
        assert.equal(answer.json().errorCode, 'invalid_request');
        assert.ok(!answer.body.includes(value));
      }
      const harmless = await house.call(undefined, {
        method: 'POST',
        url: `${url}?tenant=1`,
        ...form({ api_token: value }),
      });
      assert.equal(harmless.statusCode, 200);
    }));

  it('takes it from the query string when the operator allows that, still only one', () =>
    withHouse(
      async (house) => {
        const { value } = await newToken(house);
        const status = async (options: object) =>
          (await house.call(undefined, { method: 'POST', url: `${url}?refresh_token=${value}`, ...options }))
            .statusCode;
        assert.equal(await status({}), 200);
        assert.equal(await status(form({ api_token: value })), 400);
      },
      { allowTokenInQuery: true },
    ));
});

describe('guessing', () => {
  const wrong = (n: number) => `abcdefgh-wrong-wrong-wrong-${n}`;

  it('is slowed down by the beginning of the token, and the right token passes all the same', () =>
    withHouse(
      async (house) => {
        const { value } = await newToken(house);
        const guesses = [1, 2, 3, 4].map((n) => value.slice(0, 8) + wrong(n));
        const answers = [];
        for (const [at, guess] of guesses.entries())
          answers.push(await exchange(house, { refresh_token: guess }, `198.51.100.${at}`));
        assert.deepEqual(
          answers.map(({ statusCode }) => statusCode),
          [400, 400, 429, 429],
        );
        const last = answers.at(-1)!;
        assert.ok(Number(last.headers['retry-after']) >= 1 && Number(last.headers['retry-after']) <= 60);
        assert.equal(last.json().errorCode, 'too_many_requests');
        assert.equal(last.json().moduleCode, 340);
        assert.equal(last.headers['cache-control'], 'no-store');
        for (let again = 0; again < 5; again += 1)
          assert.equal((await exchange(house, { refresh_token: value }, '203.0.113.7')).statusCode, 200);
      },
      { attemptRates: { perAddress: 100, perName: 2 } },
    ));

  it('is slowed down by address, and the right token passes from there too', () =>
    withHouse(
      async (house) => {
        const { value } = await newToken(house);
        const status = async (token: string, address: string) =>
          (await exchange(house, { refresh_token: token }, address)).statusCode;
        const far = '203.0.113.7';
        const statuses = [];
        for (const start of ['a', 'b', 'c', 'd']) statuses.push(await status(start + wrong(1), far));
        assert.deepEqual(statuses, [400, 400, 400, 429]);
        assert.equal(await status(value, far), 200);
        assert.equal(await status(`e${wrong(1)}`, '203.0.113.8'), 400);
      },
      { attemptRates: { perAddress: 3, perName: 100 } },
    ));

  it('as a flood is cut by address before anything is looked up', () =>
    withHouse(
      async (house) => {
        const { value } = await newToken(house);
        const far = '203.0.113.7';
        let allowed = 0;
        while ((await exchange(house, { refresh_token: value }, far)).statusCode === 200) allowed += 1;
        assert.equal(allowed, 20);
        assert.equal((await exchange(house, { refresh_token: value }, '203.0.113.8')).statusCode, 200);
      },
      { attemptRates: { perAddress: 1, perName: 100 } },
    ));
});

test('the database knows a token by its SHA-256 alone', () =>
  withHouse(async (house) => {
    const { value } = await newToken(house);
    const rows = await house.database.query<{ row: string }>('select t::text as row from api_tokens t');
    assert.ok(rows.length > 0);
    assert.ok(rows.every(({ row }) => !row.includes(value)));
    const log = await house.database.query<{ row: string }>('select a::text as row from audit_log a');
    assert.ok(log.every(({ row }) => !row.includes(value)));
  }));
