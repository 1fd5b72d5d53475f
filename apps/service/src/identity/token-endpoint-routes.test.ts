import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { Problem } from '@meterhouse/contract';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { form, issuer, register, withHouse } from '../registry/testing.ts';
import {
  activate,
  activated,
  activationOf,
  activationToken,
  assertionOf,
  makeKey,
  signIn,
} from '../registry/testing-meters.ts';
import { forgetUsedAssertions } from './client-assertions.ts';

describe('a meter signs in with its key', () => {
  it('and gets an access token that stands for it alone', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const meter = await activated(house, acme);
      const answer = await signIn(house, await assertionOf(house, meter));
      assert.equal(answer.statusCode, 200, answer.body);
      assert.equal(answer.headers['cache-control'], 'no-store');
      const { access_token, ...rest } = answer.json();
      assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 1799 });
      assert.equal(decodeProtectedHeader(access_token).typ, 'at+jwt');
      const { keyId, ...caller } = await house.identity.authenticate(access_token);
      assert.deepEqual(caller, {
        actor: `meter:${meter.agentId}`,
        organisationId: acme.id,
        role: 'reporter',
        agentId: meter.agentId,
      });
      assert.equal(typeof keyId, 'string');
      await house.database.transaction((transaction) =>
        house.identity.confirmCaller(transaction, { ...caller, keyId: keyId! }),
      );
      const other = await register(house, access_token, { agentId: meter.agentId, label: 'mine' });
      assert.equal(other.statusCode, 403);
      assert.equal((await house.call(access_token, { url: '/api/v1/meters' })).statusCode, 403);
    }));

  it('which the metadata explain', () =>
    withHouse(async (house) => {
      const answer = await house.call(undefined, { url: '/.well-known/oauth-authorization-server' });
      assert.equal(answer.json().issuer, issuer);
      assert.equal(answer.json().token_endpoint, `${issuer}/oauth2/token`);
      assert.equal(answer.json().jwks_uri, `${issuer}/.well-known/jwks.json`);
      assert.deepEqual(answer.json().token_endpoint_auth_methods_supported, ['private_key_jwt']);
    }));

  it('each assertion once, also by twenty at the same moment', () =>
    withHouse(async (house) => {
      const meter = await activated(house, await house.organisation('Acme Cloud'));
      const assertion = await assertionOf(house, meter);
      const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(house, assertion)));
      assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
      const refused = answers.find(({ statusCode }) => statusCode === 401)!;
      assert.equal(refused.json().error, 'invalid_client');
      assert.match(refused.json().error_description, /used before/);
    }));

  it('whose jti another meter may use too', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (const meter of [await activated(house, acme), await activated(house, acme)])
        assert.equal((await signIn(house, await assertionOf(house, meter, { jti: 'same' }))).statusCode, 200);
    }));
});

describe('an assertion is refused', () => {
  it('when a claim is wrong, saying which', () =>
    withHouse(async (house) => {
      const meter = await activated(house, await house.organisation('Acme Cloud'));
      const now = Math.floor(house.now.getTime() / 1000);
      const cases: [Record<string, unknown>, RegExp][] = [
        [{ aud: `${issuer}/` }, /aud must be exactly https:\/\/meterhouse\.example\./],
        [{ aud: `${issuer}/oauth2/token` }, /aud/],
        [{ aud: [issuer] }, /aud/],
        [{ aud: undefined }, /aud/],
        [{ sub: randomUUID() }, /sub/],
        [{ sub: meter.agentId }, /sub/],
        [{ jti: undefined }, /jti/],
        [{ jti: '' }, /jti/],
        [{ jti: 'x'.repeat(129) }, /jti/],
        [{ jti: 7 }, /jti/],
        [{ exp: undefined }, /exp is required/],
        [{ iat: undefined }, /iat is required/],
        [{ iat: now, exp: now + 301 }, /at most 300 seconds/],
        [{ iat: now, exp: now }, /at most 300 seconds/],
        [{ iat: now - 200, exp: now - 100 }, /expired/],
        [{ iat: now + 100, exp: now + 160 }, /future/],
        [{ nbf: now + 100 }, /nbf/],
        [{ aud: 'x', jti: '' }, /aud.*jti/],
      ];
      for (const [claims, words] of cases) {
        const answer = await signIn(house, await assertionOf(house, meter, claims));
        assert.equal(answer.statusCode, 401, JSON.stringify(claims));
        assert.equal(answer.json().error, 'invalid_client');
        assert.match(answer.json().error_description, words);
      }
      const longest = { iat: now, exp: now + 300 };
      assert.equal((await signIn(house, await assertionOf(house, meter, longest))).statusCode, 200);
    }));

  it('in the same words whether its meter is unknown or its key is wrong', () =>
    withHouse(async (house) => {
      const meter = await activated(house, await house.organisation('Acme Cloud'));
      const stranger = await makeKey();
      const good = await assertionOf(house, meter);
      const [header, payload, signature] = good.split('.') as [string, string, string];
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const wrong = [
        await assertionOf(house, { key: stranger, registration: meter.registration }),
        await assertionOf(house, { key: stranger, registration: randomUUID() }),
        await assertionOf(house, meter, { iss: 'nobody' }),
        await assertionOf(house, meter, { iss: meter.agentId }),
        await assertionOf(house, meter, {}, { typ: 'meterhouse-activation+jws' }),
        await assertionOf(house, meter, {}, { typ: 'at+jwt' }),
        `${part({ alg: 'none' })}.${payload}.`,
        `${part({ alg: 'none' })}.${payload}.${signature}`,
        `${header}.${part({ ...decodeJwt(good), jti: 'another' })}.${signature}`,
        'nonsense',
        'a.b.c',
      ];
      const words = new Set<string>();
      for (const assertion of wrong) {
        const answer = await signIn(house, assertion);
        assert.equal(answer.statusCode, 401);
        words.add(JSON.stringify(answer.json()));
      }
      assert.equal(words.size, 1, [...words].join('\n'));
      assert.equal((await signIn(house, good)).statusCode, 200);
    }));

  it('when its key was replaced by another; what it was exchanged for changes nothing any more', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const meter = await activated(house, acme);
      const { access_token } = (await signIn(house, await assertionOf(house, meter))).json();
      const before = await house.identity.authenticate(access_token);
      const key = await makeKey();
      const token = await activationToken(house, acme.administrator, meter.agentId);
      assert.equal(
        (await activate(house, meter.agentId, await activationOf(meter.agentId, token, key))).statusCode,
        200,
      );
      assert.equal((await signIn(house, await assertionOf(house, meter))).statusCode, 401);
      assert.equal((await signIn(house, await assertionOf(house, { ...meter, key }))).statusCode, 200);
      await assert.rejects(
        house.database.transaction((transaction) => house.identity.confirmCaller(transaction, before)),
        (error) => error instanceof Problem && error.code === 'unauthenticated',
      );
    }));

  it('when the key is known to be in wrong hands', () =>
    withHouse(async (house) => {
      const meter = await activated(house, await house.organisation('Acme Cloud'));
      await house.database.query('update meter_keys set compromised_at = now()');
      assert.equal((await signIn(house, await assertionOf(house, meter))).statusCode, 401);
    }));
});

test('the form is checked: grant, type of assertion, client, all in the shape of RFC 6749', () =>
  withHouse(async (house) => {
    const meter = await activated(house, await house.organisation('Acme Cloud'));
    const errorOf = async (fields: Record<string, string>) => {
      const answer = await signIn(house, await assertionOf(house, meter), fields);
      return [answer.statusCode, answer.json().error];
    };
    assert.deepEqual(await errorOf({ grant_type: 'password' }), [400, 'unsupported_grant_type']);
    assert.deepEqual(await errorOf({ client_assertion_type: 'saml' }), [400, 'invalid_request']);
    assert.deepEqual(await errorOf({ client_id: randomUUID() }), [401, 'invalid_client']);
    assert.deepEqual(await errorOf({ client_id: meter.registration }), [200, undefined]);
    const empty = await house.call(undefined, {
      method: 'POST',
      url: '/oauth2/token',
      ...form({ scope: 'x' }),
    });
    assert.equal(empty.json().error, 'invalid_request');
    assert.match(empty.json().error_description, /grant_type is required.*client_assertion is required/);
    const json = await house.call(undefined, { method: 'POST', url: '/oauth2/token', payload: {} });
    assert.equal(json.statusCode, 415);
  }));

test('failed sign-ins are slowed down, and the meter with the right key passes', () =>
  withHouse(
    async (house) => {
      const meter = await activated(house, await house.organisation('Acme Cloud'));
      const stranger = { key: await makeKey(), registration: meter.registration };
      const statuses = [];
      for (let n = 0; n < 4; n += 1)
        statuses.push((await signIn(house, await assertionOf(house, stranger))).statusCode);
      assert.deepEqual(statuses, [401, 401, 429, 429]);
      assert.equal((await signIn(house, await assertionOf(house, meter))).statusCode, 200);
    },
    { attemptRates: { perAddress: 100, perName: 2 } },
  ));

test('used assertions are forgotten only when they would be refused for their age', () =>
  withHouse(async (house) => {
    const meter = await activated(house, await house.organisation('Acme Cloud'));
    await signIn(house, await assertionOf(house, meter));
    const left = async () => (await house.database.query('select jti from used_assertions')).length;
    await forgetUsedAssertions(house.database, new Date(house.now.getTime() + 89_000));
    assert.equal(await left(), 1);
    await forgetUsedAssertions(house.database, new Date(house.now.getTime() + 91_000));
    assert.equal(await left(), 0);
  }));
