import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withHouse } from '../../registry/testing.ts';
import { ask, operators } from './testing.ts';

const publishedKids = async (house: Parameters<Parameters<typeof withHouse>[0]>[0]) =>
  (await house.call(undefined, { url: '/.well-known/jwks.json' }))
    .json()
    .keys.map(({ kid }: { kid: string }) => kid);

describe('signing keys', () => {
  it('are rotated by an operator: the old one verifies what it signed for as long as that lives', () =>
    withHouse(async (house) => {
      const { operator, reader } = await operators(house);
      const [old] = await publishedKids(house);
      const rotated = await ask(house, operator)('POST', '/signing-keys/access/rotate');
      assert.equal(rotated.statusCode, 201, rotated.body);
      const { kid } = rotated.json();
      assert.deepEqual(await publishedKids(house), [kid, old]);
      assert.equal((await ask(house, reader)('GET', '/whoami')).statusCode, 200);
      const { items } = (await ask(house, operator)('GET', '/signing-keys?filter=purpose==access')).json();
      const retired = items.find((key: { kid: string }) => key.kid === old);
      assert.equal(retired.retiredAt, house.now.toISOString());
      assert.equal(retired.verifiesUntil, '2023-01-15T10:50:30.000Z');
      await house.moveTo('2023-01-15T10:50:30Z');
      assert.deepEqual(await publishedKids(house), [kid]);
      const [entry] = await house.database.query(
        "select actor, details from audit_log where action = 'signing-key-rotated'",
      );
      assert.match(String(entry!.actor), /^token:/);
      assert.deepEqual(entry!.details, { purpose: 'access', before: old });
    }));

  it('show their public part alone', () =>
    withHouse(async (house) => {
      const { operator } = await operators(house);
      await ask(house, operator)('POST', '/signing-keys/report/rotate');
      const list = await ask(house, operator)('GET', '/signing-keys?sort=purpose');
      const { items } = list.json();
      assert.deepEqual(
        items.map(({ purpose, algorithm }: Record<string, string>) => `${purpose} ${algorithm}`),
        ['access ES256', 'report EdDSA'],
      );
      for (const { publicJwk } of items) assert.ok(publicJwk.kty !== undefined && publicJwk.d === undefined);
      assert.ok(!/sealed|private/i.test(list.body));
    }));

  it('are rotated once for each key of the caller, and for purposes that there are', () =>
    withHouse(async (house) => {
      const { operator } = await operators(house);
      const call = ask(house, operator);
      const once = () => call('POST', '/signing-keys/access/rotate', undefined, { 'idempotency-key': 'k' });
      assert.equal((await once()).body, (await once()).body);
      assert.equal((await publishedKids(house)).length, 2);
      assert.equal((await call('POST', '/signing-keys/other/rotate')).statusCode, 400);
    }));

  it('are nobody else’s', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      assert.equal((await ask(house, administrator)('GET', '/signing-keys')).statusCode, 403);
      assert.equal((await ask(house, administrator)('POST', '/signing-keys/access/rotate')).statusCode, 403);
    }));
});
