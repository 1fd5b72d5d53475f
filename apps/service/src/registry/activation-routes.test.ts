import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { serviceOfActivationToken } from '@meterhouse/contract';
import { calculateJwkThumbprint } from 'jose';
import { findServiceId } from '../identity/index.ts';
import { findMeter } from './meter.ts';
import { verificationKey } from './meter-keys.ts';
import { type House, type Organisation, registered, withHouse } from './testing.ts';
import {
  activate,
  activated,
  activationOf,
  activationToken,
  makeKey,
  type TestKey,
} from './testing-meters.ts';

const tokenPath = (agentId: string) => `/usage/api/v1/agents/${agentId}/activation-token`;

async function readyToActivate(house: House) {
  const acme = await house.organisation('Acme Cloud');
  const agentId = await registered(house, acme);
  const token = await activationToken(house, acme.administrator, agentId);
  return { acme, agentId, token, key: await makeKey() };
}

async function codeOf(house: House, agentId: string, activation: string): Promise<string> {
  const answer = await activate(house, agentId, activation);
  return answer.statusCode === 200 ? 'bound' : answer.json().code;
}

describe('an activation token', () => {
  it('is told once, to an administrator, for 24 hours, and says which service it is of', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      const answer = await house.call(acme.administrator, { method: 'POST', url: tokenPath(agentId) });
      assert.equal(answer.statusCode, 201);
      assert.equal(answer.headers['cache-control'], 'no-store');
      const { activationToken: token, expiresAt } = answer.json();
      assert.match(token, /^UMA:[A-Za-z0-9_-]{64}$/);
      assert.equal(expiresAt, new Date(house.now.getTime() + 24 * 3_600_000).toISOString());
      assert.equal(serviceOfActivationToken(token), await findServiceId(house.database));
      assert.equal((await house.actions()).at(-1), 'activation-token-made');
    }));

  it('is no business of a reporter, and not of another organisation', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const agentId = await registered(house, acme);
      const status = async (access: string | undefined, agent = agentId) =>
        (await house.call(access, { method: 'POST', url: tokenPath(agent) })).statusCode;
      assert.equal(await status(acme.reporter), 403);
      assert.equal(await status(undefined), 401);
      assert.equal(await status(other.administrator), 404);
      assert.equal(await status(acme.administrator, randomUUID()), 404);
      assert.equal(await status(acme.administrator, 'nonsense'), 400);
    }));

  it('lies in the database in no form that lets anybody in', () =>
    withHouse(async (house) => {
      const { token } = await readyToActivate(house);
      const proof = createHash('sha256').update(token).digest();
      const [row] = await house.database.query<{ secret_hash: Buffer; text: string }>(
        'select secret_hash, t::text as text from activation_tokens t',
      );
      assert.notDeepEqual(row!.secret_hash, proof, 'what a meter shows is not what is kept');
      assert.deepEqual(row!.secret_hash, createHash('sha256').update(proof).digest());
      const log = await house.database.query<{ row: string }>('select a::text as row from audit_log a');
      assert.ok(log.every(({ row: text }) => !text.includes(token)));
    }));

  it('of a deleted meter is not made', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=1` });
      const answer = await house.call(acme.administrator, { method: 'POST', url: tokenPath(agentId) });
      assert.equal(answer.statusCode, 409);
      assert.equal(answer.json().code, 'meter-deleted');
    }));
});

describe('an activation', () => {
  it('binds the key and answers what every package names', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      const answer = await activate(house, agentId.toUpperCase(), await activationOf(agentId, token, key));
      assert.equal(answer.statusCode, 200, answer.body);
      const meter = (await findMeter(house.database, acme.id, agentId))!;
      assert.deepEqual(answer.json(), {
        service: await findServiceId(house.database),
        organisation: acme.id,
        registration: meter.registration,
        epoch: 1,
      });
      const kid = await calculateJwkThumbprint(key.publicJwk);
      const bound = await verificationKey(house.database, meter.id, kid, 1);
      assert.deepEqual(bound, { epoch: 1, kid, publicJwk: key.publicJwk });
      assert.equal(await verificationKey(house.database, meter.id, kid, 2), undefined);
      assert.equal((await house.actions()).at(-1), 'meter-key-bound');
    }));

  it('repeated after a lost answer is answered the same, also late; with another key it is refused', () =>
    withHouse(async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const activation = await activationOf(agentId, token, key);
      const first = (await activate(house, agentId, activation)).json();
      house.now = new Date(house.now.getTime() + 30 * 3_600_000);
      assert.deepEqual((await activate(house, agentId, activation)).json(), first);
      assert.deepEqual(
        (await activate(house, agentId, await activationOf(agentId, token, key))).json(),
        first,
      );
      const thief = await activationOf(agentId, token, await makeKey());
      assert.equal(await codeOf(house, agentId, thief), 'activation-invalid');
      assert.equal((await house.database.query('select 1 from meter_keys')).length, 1);
      assert.equal((await house.actions()).filter((action) => action === 'meter-key-bound').length, 1);
    }));

  it('twenty times at once binds one key', () =>
    withHouse(async (house) => {
      const { agentId, token } = await readyToActivate(house);
      const activations = await Promise.all(
        Array.from({ length: 20 }, async () => activationOf(agentId, token, await makeKey())),
      );
      const codes = await Promise.all(activations.map((activation) => codeOf(house, agentId, activation)));
      assert.equal(codes.filter((code) => code === 'bound').length, 1);
      assert.equal((await house.database.query('select 1 from meter_keys')).length, 1);
    }));

  it('by a second key begins the next epoch; the old key verifies what it signed', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      const first = await activationOf(agentId, token, key);
      await activate(house, agentId, first);
      house.now = new Date(house.now.getTime() + 60_000);
      const second = await makeKey();
      const next = await activationToken(house, acme.administrator, agentId);
      const answer = await activate(house, agentId, await activationOf(agentId, next, second));
      assert.equal(answer.json().epoch, 2);
      const { id } = (await findMeter(house.database, acme.id, agentId))!;
      const oldKid = await calculateJwkThumbprint(key.publicJwk);
      const old = await verificationKey(house.database, id, oldKid, 1);
      assert.deepEqual(old?.supersededAt, house.now);
      assert.equal((await house.actions()).filter((action) => action === 'meter-key-bound').length, 2);
      assert.equal(
        await codeOf(house, agentId, first),
        'activation-invalid',
        'the old activation is history',
      );
      await house.database.query('update meter_keys set compromised_at = now() where epoch = 1');
      assert.equal(await verificationKey(house.database, id, oldKid, 1), undefined);
    }));

  it('by a key that the meter had before is refused, and the token stays good', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      await activate(house, agentId, await activationOf(agentId, token, key));
      const next = await activationToken(house, acme.administrator, agentId);
      assert.equal(
        await codeOf(house, agentId, await activationOf(agentId, next, key)),
        'activation-key-used',
      );
      assert.equal(await codeOf(house, agentId, await activationOf(agentId, next, await makeKey())), 'bound');
    }));

  it('is refused in the same words when the token is unknown, expired, void or of another meter', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      const refusals = new Set<string>();
      const isRefused = async (agent: string, activation: string) => {
        const answer = await activate(house, agent, activation);
        assert.equal(answer.statusCode, 400);
        assert.equal(answer.json().code, 'activation-invalid');
        refusals.add(answer.json().detail);
      };
      const unknown = `${token.slice(0, -4)}AAAA`;
      await isRefused(agentId, await activationOf(agentId, unknown, key));
      const sibling = await registered(house, acme);
      await isRefused(sibling, await activationOf(sibling, token, key));
      await isRefused(sibling, await activationOf(agentId, token, key));
      await isRefused(agentId, await activationOf(sibling, token, key));
      await isRefused(agentId, await activationOf(agentId, token, key, { service: randomUUID() }));

      const newer = await activationToken(house, acme.administrator, agentId);
      await isRefused(agentId, await activationOf(agentId, token, key));

      house.now = new Date(house.now.getTime() + 24 * 3_600_000);
      await isRefused(agentId, await activationOf(agentId, newer, key));
      assert.equal(refusals.size, 1, [...refusals].join('\n'));
      assert.equal((await house.database.query('select 1 from meter_keys')).length, 0);
    }));

  it('is refused when the meter was deleted since, also after it is back', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=1` });
      const activation = await activationOf(agentId, token, key);
      assert.equal(await codeOf(house, agentId, activation), 'activation-invalid');
      await house.call(acme.administrator, {
        method: 'POST',
        url: `/api/v1/meters/${agentId}/undelete`,
        payload: { sequence: 2 },
      });
      assert.equal(await codeOf(house, agentId, activation), 'activation-invalid');
    }));

  it('of one organisation does not reach the meter with the same agentId in another', () =>
    withHouse(async (house) => {
      const { acme, agentId, token, key } = await readyToActivate(house);
      const other: Organisation = await house.organisation('Other Cloud');
      await house.call(other.reporter, {
        method: 'POST',
        url: '/usage/api/v1/agent-registrations',
        payload: { agentId, label: 'theirs' },
      });
      const answer = await activate(house, agentId, await activationOf(agentId, token, key));
      assert.equal(answer.json().organisation, acme.id);
      const theirs = (await findMeter(house.database, other.id, agentId))!;
      const kid = await calculateJwkThumbprint(key.publicJwk);
      assert.equal(await verificationKey(house.database, theirs.id, kid, 1), undefined);
    }));
});

describe('a proof is refused', () => {
  it('when its signature is not by the key in it', () =>
    withHouse(async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const stranger = await makeKey();
      const mixed: TestKey = { privateJwk: stranger.privateJwk, publicJwk: key.publicJwk };
      assert.equal(
        await codeOf(house, agentId, await activationOf(agentId, token, mixed)),
        'activation-invalid',
      );
      const [header, payload] = (await activationOf(agentId, token, key)).split('.') as [string, string];
      assert.equal(
        await codeOf(house, agentId, `${header}.${payload}.${'A'.repeat(86)}`),
        'activation-invalid',
      );
      const [, , signature] = (await activationOf(agentId, token, key, { agent: randomUUID() })).split('.');
      assert.equal(await codeOf(house, agentId, `${header}.${payload}.${signature}`), 'activation-invalid');
    }));

  it('when its header is anything but ours: alg none, another type, keys and ids of its own', () =>
    withHouse(async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const [, payload, signature] = (await activationOf(agentId, token, key)).split('.');
      const headers = [
        { alg: 'none', typ: 'meterhouse-activation+jws' },
        { alg: 'Ed25519', typ: 'meterhouse-activation+jws' },
        { alg: 'HS256', typ: 'meterhouse-activation+jws' },
        { alg: 'EdDSA' },
        {},
      ];
      for (const header of headers)
        assert.equal(
          await codeOf(house, agentId, `${part(header)}.${payload}.${signature}`),
          'invalid-request',
        );
      for (const header of [
        { typ: 'JWT' },
        { typ: 'meterhouse-usage+jws' },
        { kid: '1' },
        { jwk: key.publicJwk },
      ])
        assert.equal(
          await codeOf(house, agentId, await activationOf(agentId, token, key, {}, header)),
          'invalid-request',
          JSON.stringify(header),
        );
    }));

  it('when its statement has faults, all of which are told', () =>
    withHouse(async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const activation = await activationOf(
        agentId,
        token,
        key,
        { token: 'short', agent: 'nonsense', service: 7, publicKey: { ...key.privateJwk }, more: 1 },
        { typ: 'JWT' },
      );
      const answer = await activate(house, agentId, activation);
      assert.equal(answer.statusCode, 400);
      assert.deepEqual(
        answer
          .json()
          .errors.map(({ pointer }: { pointer: string }) => pointer)
          .sort(),
        [
          '/activation',
          '/activation/agent',
          '/activation/more',
          '/activation/publicKey/d',
          '/activation/service',
          '/activation/token',
        ],
      );
      assert.ok(!answer.body.includes(String(key.privateJwk.d)));
    }));

  it('when a value has a second spelling, since a key is named by its text', () =>
    withHouse(async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const last = alphabet.indexOf(key.publicJwk.x.at(-1)!);
      const x = key.publicJwk.x.slice(0, -1) + alphabet[last + 1];
      assert.deepEqual(Buffer.from(x, 'base64url'), Buffer.from(key.publicJwk.x, 'base64url'));
      const activation = await activationOf(agentId, token, key, { publicKey: { ...key.publicJwk, x } });
      const answer = await activate(house, agentId, activation);
      assert.deepEqual(
        answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
        ['/activation/publicKey/x'],
      );
    }));

  it('when it is no JWS at all', () =>
    withHouse(async (house) => {
      const { agentId } = await readyToActivate(house);
      for (const nonsense of [
        '',
        'nonsense',
        'a.b',
        'a.b.c',
        'a.b.c.d',
        'YQ.bnVsbA.YQ',
        `${'a'.repeat(5000)}.a.a`,
      ])
        assert.equal(await codeOf(house, agentId, nonsense), 'invalid-request', nonsense);
      const empty = await house.call(undefined, {
        method: 'POST',
        url: `/usage/api/v1/agents/${agentId}/activate`,
      });
      assert.equal(empty.statusCode, 400);
    }));
});

test('guessing is slowed down, and the right token passes', () =>
  withHouse(
    async (house) => {
      const { agentId, token, key } = await readyToActivate(house);
      const statuses = [];
      for (let n = 0; n < 4; n += 1) {
        const guess = `${token.slice(0, -4)}AAA${n}`;
        const answer = await activate(house, agentId, await activationOf(agentId, guess, key));
        statuses.push(answer.statusCode);
        if (answer.statusCode === 429) assert.ok(Number(answer.headers['retry-after']) >= 1);
      }
      assert.deepEqual(statuses, [400, 400, 429, 429]);
      assert.equal(await codeOf(house, agentId, await activationOf(agentId, token, key)), 'bound');
    },
    { attemptRates: { perAddress: 2, perName: 100 } },
  ));

test('a meter that is activated shows its key', () =>
  withHouse(async (house) => {
    const acme = await house.organisation('Acme Cloud');
    const { agentId, key } = await activated(house, acme);
    const meter = (await house.call(acme.reader, { url: `/api/v1/meters/${agentId}` })).json();
    assert.deepEqual(meter.key, {
      kid: await calculateJwkThumbprint(key.publicJwk),
      epoch: 1,
      boundAt: house.now.toISOString(),
    });
  }));
