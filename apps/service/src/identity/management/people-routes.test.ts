import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { exchange, type House, withHouse } from '../../registry/testing.ts';
import { verifyPassword } from '../passwords.ts';
import { ask, codeOf, everything, operators, personWithToken, pointers } from './testing.ts';

const password = 'a long enough password';

describe('people', () => {
  it('are added, listed, given another role and removed, each change audited', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      await personWithToken(house, acme.id, 'first@acme.example', 'administrator');
      const made = await call('POST', '/people', { email: 'Ops@Acme.example', role: 'reporter', password });
      assert.equal(made.statusCode, 201, made.body);
      const { id, ...item } = made.json();
      assert.deepEqual(item, {
        email: 'ops@acme.example',
        role: 'reporter',
        sequence: 1,
        createdAt: house.now.toISOString(),
        modifiedAt: house.now.toISOString(),
      });
      assert.equal(made.headers.location, `/api/v1/people/${id}`);
      assert.deepEqual((await ask(house, acme.reader)('GET', `/people/${id}`)).json(), made.json());
      const { items } = (await call('GET', '/people?filter=role==reporter&sort=-email')).json();
      assert.deepEqual(items, [made.json()]);

      assert.equal(
        (await call('PATCH', `/people/${id}`, { sequence: 1, role: 'reader' })).json().role,
        'reader',
      );
      const stale = await call('PATCH', `/people/${id}`, { sequence: 1, role: 'reporter' });
      assert.equal(codeOf(stale), '412 sequence-conflict');
      assert.equal(stale.json().sequence, 2);
      assert.equal((await call('DELETE', `/people/${id}?sequence=1`)).statusCode, 412);
      assert.equal((await call('DELETE', `/people/${id}?sequence=2`)).statusCode, 204);
      assert.equal((await call('GET', `/people/${id}`)).statusCode, 404);
      assert.deepEqual(
        (await house.actions()).filter((action) => /^(person|role)-/.test(action)),
        ['person-joined', 'role-changed', 'person-removed'],
      );
    }));

  it('have their first password hashed, and it stands nowhere: not in answers, the audit log or kept keys', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      const body = { email: 'ops@acme.example', role: 'reader', password };
      const made = await call('POST', '/people', body, { 'idempotency-key': 'k' });
      assert.ok(!made.body.includes(password) && !/password/i.test(made.body));
      const [person] = await house.database.query<{ password_hash: string }>(
        'select password_hash from people where email = $1',
        ['ops@acme.example'],
      );
      assert.ok(await verifyPassword(password, person!.password_hash));
      assert.ok(!(await everything(house)).includes(password));
      const other = { ...body, password: 'another long password' };
      const again = await call('POST', '/people', other, { 'idempotency-key': 'k' });
      assert.equal(again.headers['idempotency-replayed'], 'true');
    }));

  it('of another organisation join as anybody does: nothing tells that they are known, and no password opens both', () =>
    withHouse(async (house) => {
      const { operator } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const body = { email: 'ops@acme.example', role: 'reader', password };
      await ask(house, acme.administrator)('POST', '/people', body);
      const join = ask(house, other.administrator);
      const strangers = 'a password of a stranger';
      const known = await join('POST', '/people', { ...body, password: strangers });
      const fresh = await join('POST', '/people', { ...body, email: 'new@acme.example' });
      const plain = ({ body, headers, statusCode }: typeof known) => ({
        statusCode,
        headers: Object.keys(headers).sort(),
        body: body.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').replace(/(ops|new)@/, '…@'),
      });
      assert.equal(known.statusCode, 201, known.body);
      assert.deepEqual(plain(known), plain(fresh));
      const told = (await join('GET', '/audit-log?filter=action==person-joined')).json().items;
      assert.equal(told.length, 2);
      assert.deepEqual(Object.keys(told[0].details), Object.keys(told[1].details));
      await ask(house, operator)('POST', '/people', { ...body, email: 'new@acme.example' });
      assert.deepEqual(await opening(house), ['new@acme.example Other Cloud', 'ops@acme.example Acme Cloud']);
      assert.ok(await verifyPassword(password, await passwordHash(house, 'ops@acme.example')));
      assert.equal(
        codeOf(await ask(house, acme.administrator)('POST', '/people', body)),
        '409 already-exists',
      );
    }));

  it('who have left everywhere come back without what was set for them there', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const body = { email: 'ops@acme.example', role: 'reader' };
      const trap = { ...body, password: 'a password of a stranger' };
      const { id } = (await ask(house, other.administrator)('POST', '/people', trap)).json();
      await ask(house, other.administrator)('DELETE', `/people/${id}?sequence=1`);
      await ask(house, acme.administrator)('POST', '/people', { ...body, password });
      assert.ok(await verifyPassword(password, await passwordHash(house, 'ops@acme.example')));
      assert.deepEqual(await opening(house), ['ops@acme.example Acme Cloud']);
    }));

  it('of two organisations that add one address at the same moment are opened by the password of one', () =>
    withHouse(async (house) => {
      const organisations = await Promise.all(['A', 'B', 'C'].map((name) => house.organisation(name)));
      const answers = await Promise.all(
        organisations.map(({ administrator }, index) =>
          ask(house, administrator)('POST', '/people', {
            email: 'ops@acme.example',
            role: 'reader',
            password: `${password} ${index}`,
          }),
        ),
      );
      assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
      const [opened, ...more] = await opening(house);
      assert.deepEqual(more, []);
      const index = 'ABC'.indexOf(opened!.at(-1)!);
      const hash = await passwordHash(house, 'ops@acme.example');
      assert.ok(await verifyPassword(`${password} ${index}`, hash));
    }));

  it('are never left without an administrator, however many remove each other at once', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      const people = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) =>
          personWithToken(house, acme.id, `${name}@acme.example`, 'administrator'),
        ),
      );
      const answers = await Promise.all(
        people.map(({ id }, index) =>
          index % 2 === 0
            ? call('DELETE', `/people/${id}?sequence=1`)
            : call('PATCH', `/people/${id}`, { sequence: 1, role: 'reporter' }),
        ),
      );
      const refused = answers.filter(({ statusCode }) => statusCode === 409);
      assert.deepEqual(refused.map(codeOf), ['409 last-administrator']);
      const left = (await call('GET', '/people?filter=role==administrator')).json().items;
      assert.equal(left.length, 1);
    }));

  it('who lower each other at the same moment: one does, and the other is no administrator any more', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const [ann, bob] = await Promise.all(
        ['ann', 'bob'].map((name) =>
          personWithToken(house, acme.id, `${name}@acme.example`, 'administrator'),
        ),
      );
      const lower = (by: { access: string }, whom: { id: string }) =>
        ask(house, by.access)('PATCH', `/people/${whom.id}`, { sequence: 1, role: 'reader' });
      const answers = await Promise.all([lower(ann!, bob!), lower(bob!, ann!)]);
      assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 403]);
      const { items } = (await ask(house, acme.reader)('GET', '/people?filter=role==administrator')).json();
      assert.equal(items.length, 1);
    }));

  it('of the operators keep one operator', () =>
    withHouse(async (house) => {
      const { operator, id } = await operators(house);
      const call = ask(house, operator);
      const last = await personWithToken(house, id, 'one@service.example', 'operator');
      await personWithToken(house, id, 'two@service.example', 'administrator');
      for (const role of ['administrator', 'reader'])
        assert.equal(
          codeOf(await call('PATCH', `/people/${last.id}`, { sequence: 1, role })),
          '409 last-administrator',
        );
      assert.equal(codeOf(await call('DELETE', `/people/${last.id}?sequence=1`)), '409 last-administrator');
    }));

  it('with a lower role, or removed, stop changing at once by the tokens they own', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      const ann = await personWithToken(house, acme.id, 'ann@acme.example', 'administrator');
      await personWithToken(house, acme.id, 'bob@acme.example', 'administrator');
      const make = () => ask(house, ann.access)('POST', '/api-tokens', { name: 'x', role: 'reader' });
      assert.equal((await make()).statusCode, 201);
      await call('PATCH', `/people/${ann.id}`, { sequence: 1, role: 'reporter' });
      assert.equal((await make()).statusCode, 403);
      await call('DELETE', `/people/${ann.id}?sequence=2`);
      assert.equal((await make()).statusCode, 401);
      assert.equal((await exchange(house, { refresh_token: ann.value })).statusCode, 400);
    }));

  it('who come back do not find the tokens in force that ended when they left', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      await personWithToken(house, acme.id, 'bob@acme.example', 'administrator');
      const ann = await personWithToken(house, acme.id, 'ann@acme.example', 'administrator');
      await call('DELETE', `/people/${ann.id}?sequence=1`);
      await call('POST', '/people', { email: 'ann@acme.example', role: 'administrator' });
      assert.equal((await exchange(house, { refresh_token: ann.value })).statusCode, 400);
      const late = await ask(house, ann.access)('POST', '/api-tokens', { name: 'x', role: 'reader' });
      assert.equal(late.statusCode, 401);
      assert.deepEqual((await house.actions()).slice(-3), [
        'person-removed',
        'api-token-revoked',
        'person-joined',
      ]);
    }));

  it('get no role above that of who gives it, and operators are in their own organisation only', () =>
    withHouse(async (house) => {
      const { operator, id, administrator } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const body = { email: 'x@acme.example', role: 'operator' };
      assert.equal((await ask(house, acme.administrator)('POST', '/people', body)).statusCode, 403);
      assert.equal((await ask(house, administrator)('POST', '/people', body)).statusCode, 403);
      const inAcme = await ask(house, operator)('POST', '/people', body, {
        'meterhouse-organisation': acme.id,
      });
      assert.deepEqual(pointers(inAcme), ['/role']);
      assert.equal((await ask(house, operator)('POST', '/people', body)).statusCode, 201);
      const one = await personWithToken(house, id, 'one@service.example', 'operator');
      const byLess = ask(house, administrator);
      assert.equal(
        (await byLess('PATCH', `/people/${one.id}`, { sequence: 1, role: 'reader' })).statusCode,
        403,
      );
      assert.equal((await byLess('DELETE', `/people/${one.id}?sequence=1`)).statusCode, 403);
      const reader = await personWithToken(house, id, 'two@service.example', 'reader');
      const raised = await byLess('PATCH', `/people/${reader.id}`, { sequence: 1, role: 'operator' });
      assert.equal(raised.statusCode, 403);
    }));

  it("are the own organisation's: others' ids are unknown, and less than an administrator changes none", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const { id } = await personWithToken(house, acme.id, 'ann@acme.example', 'reader');
      const call = ask(house, other.administrator);
      for (const personId of [id, randomUUID()])
        for (const answer of [
          await call('GET', `/people/${personId}`),
          await call('PATCH', `/people/${personId}`, { sequence: 1, role: 'reader' }),
          await call('DELETE', `/people/${personId}?sequence=1`),
        ]) {
          assert.equal(answer.statusCode, 404);
          assert.equal(answer.json().detail, 'Your organisation has no person with this id.');
        }
      for (const role of ['reporter', 'reader'] as const) {
        const less = ask(house, acme[role]);
        assert.equal(
          (await less('POST', '/people', { email: 'x@y.example', role: 'reader' })).statusCode,
          403,
        );
        assert.equal((await less('PATCH', `/people/${id}`, { sequence: 1, role: 'reader' })).statusCode, 403);
        assert.equal((await less('DELETE', `/people/${id}?sequence=1`)).statusCode, 403);
      }
    }));

  it('are told every fault at once, and fields that are not for callers are refused', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const call = ask(house, administrator);
      const bad = {
        email: 'nobody',
        role: 'king',
        password: 'short',
        organisationId: randomUUID(),
        password_hash: 'x',
      };
      const answer = await call('POST', '/people', bad);
      assert.deepEqual(pointers(answer).sort(), [
        '/email',
        '/organisationId',
        '/password',
        '/password_hash',
        '/role',
      ]);
      assert.ok(!answer.body.includes('short'));
    }));
});

/** Who signs in where with the password that they have. */
async function opening({ database }: House): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `select p.email || ' ' || o.name as text from memberships m join people p on p.id = m.person_id
     join organisations o on o.id = m.organisation_id where m.password_opens order by 1`,
  );
  return rows.map(({ text }) => text);
}

async function passwordHash({ database }: House, email: string): Promise<string> {
  const [person] = await database.query<{ password_hash: string }>(
    'select password_hash from people where email = $1',
    [email],
  );
  return person!.password_hash;
}
