import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { Problem } from '@meterhouse/contract';
import fc from 'fast-check';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import Type from 'typebox';
import { withTestDatabase } from '../database/testing.ts';
import type { Database } from '../database/types.ts';
import type { App, Caller } from '../http/index.ts';
import { appWith } from '../http/testing.ts';
import { createMakeChange, forgetAnswers } from './index.ts';

const Note = Type.Object({ id: Type.Integer(), text: Type.String() }, { additionalProperties: false });
const organisationId = randomUUID();
const callers: Record<string, Caller> = {
  ann: { organisationId, role: 'administrator', actor: 'token:ann' },
  bob: { organisationId, role: 'administrator', actor: 'token:bob' },
  ann2: { organisationId: randomUUID(), role: 'administrator', actor: 'token:ann' },
};

interface Stand {
  readonly app: App;
  readonly database: Database;
  now: Date;
  /** Callers that the database no longer knows. */
  readonly gone: Set<string>;
  call(who: string, key: string | undefined, options?: InjectOptions): Promise<LightMyRequestResponse>;
  notes(): Promise<string[]>;
}

async function withStand(work: (stand: Stand) => Promise<void>): Promise<void> {
  await withTestDatabase(async (database) => {
    await database.query('create table notes (id integer generated always as identity, text text not null)');
    const gone = new Set<string>();
    const makeChange = createMakeChange({
      database,
      clock: () => stand.now,
      async confirmCaller(_transaction, { actor }) {
        if (gone.has(actor)) throw new Problem('unauthenticated');
      },
    });
    const Body = Type.Object({ text: Type.String() }, { additionalProperties: false });
    const described = { summary: 'A change', tags: ['tests'], body: Body };
    const app = await appWith({
      callers,
      routes: [
        (scope) => {
          for (const [url, noStore] of [
            ['/api/v1/notes', false],
            ['/api/v1/secrets', true],
          ] as const)
            scope.post(
              url,
              {
                config: { access: 'administrator', noStore },
                schema: { ...described, response: { 201: Note } },
              },
              async (request, reply) =>
                makeChange(request, reply, async (transaction) => {
                  const { text } = request.body;
                  const [row] = await transaction.query<{ id: number; text: string }>(
                    'insert into notes (text) values ($1) returning id, text',
                    [text],
                  );
                  if (text === 'refused') throw new Problem('meter-deleted');
                  return { status: 201, location: `${url}/${row!.id}`, body: { ...row!, more: 'not told' } };
                }),
            );
          scope.delete(
            '/api/v1/notes',
            {
              config: { access: 'administrator' },
              schema: { summary: 'x', tags: ['tests'], response: { 204: Type.Null() } },
            },
            async (request, reply) =>
              makeChange(request, reply, async (transaction) => {
                await transaction.query('delete from notes');
                return { status: 204 };
              }),
          );
        },
      ],
    });
    const stand: Stand = {
      app,
      database,
      gone,
      now: new Date('2023-01-15T10:00:00Z'),
      call: async (who, key, options = {}) =>
        app.inject({
          method: 'POST',
          url: '/api/v1/notes',
          ...(options.method === 'DELETE' ? {} : { payload: { text: 'one' } }),
          ...options,
          headers: {
            authorization: `Bearer ${who}`,
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
        }),
      notes: async () =>
        (await database.query<{ text: string }>('select text from notes order by id')).map(
          ({ text }) => text,
        ),
    };
    try {
      await work(stand);
    } finally {
      await app.close();
    }
  });
}

describe('a change', () => {
  it('answers by its schema, with its status and address, and is made each time without a key', () =>
    withStand(async ({ call, notes }) => {
      const answer = await call('ann', undefined);
      assert.equal(answer.statusCode, 201);
      assert.deepEqual(answer.json(), { id: 1, text: 'one' });
      assert.match(answer.headers['content-type'] as string, /^application\/json/);
      assert.equal(answer.headers.location, '/api/v1/notes/1');
      await call('ann', undefined);
      assert.deepEqual(await notes(), ['one', 'one']);
    }));

  it('with a key is made once and answered again in the same bytes', () =>
    withStand(async ({ call, notes }) => {
      const first = await call('ann', 'k 1');
      assert.ok(!('idempotency-replayed' in first.headers));
      const second = await call('ann', 'k 1');
      assert.equal(second.statusCode, 201);
      assert.equal(second.body, first.body);
      assert.equal(second.headers.location, first.headers.location);
      assert.equal(second.headers['content-type'], first.headers['content-type']);
      assert.equal(second.headers['idempotency-replayed'], 'true');
      assert.deepEqual(await notes(), ['one']);
    }));

  it('without a body is answered again, too', () =>
    withStand(async ({ call, notes }) => {
      const remove = () => call('ann', 'k', { method: 'DELETE' });
      assert.equal((await remove()).statusCode, 204);
      await call('ann', undefined);
      const again = await remove();
      assert.equal(again.statusCode, 204);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      assert.deepEqual(await notes(), ['one']);
    }));

  it('is refused when its key belongs to another body, address or method', () =>
    withStand(async ({ call, notes }) => {
      await call('ann', 'k');
      for (const other of [
        { payload: { text: 'two' } },
        { url: '/api/v1/secrets' },
        { method: 'DELETE' },
      ] as InjectOptions[]) {
        const answer = await call('ann', 'k', other);
        assert.equal(answer.statusCode, 422);
        assert.equal(answer.json().code, 'idempotency-key-reused');
      }
      assert.deepEqual(await notes(), ['one']);
    }));

  it('of another caller or in another organisation has keys of its own', () =>
    withStand(async ({ call, notes }) => {
      for (const who of ['ann', 'bob', 'ann2'])
        assert.ok(!('idempotency-replayed' in (await call(who, 'k')).headers));
      assert.equal((await notes()).length, 3);
    }));

  it('that was refused keeps nothing, so its key is free', () =>
    withStand(async ({ call, notes }) => {
      const payload = { text: 'refused' };
      for (const _ of [1, 2]) assert.equal((await call('ann', 'k', { payload })).statusCode, 409);
      assert.equal((await call('ann', 'k')).statusCode, 201);
      assert.deepEqual(await notes(), ['one']);
    }));

  it('whose answer carries a secret is made once, and nothing of the answer is kept', () =>
    withStand(async ({ call, notes, database }) => {
      const secret = { url: '/api/v1/secrets', payload: { text: 'hush-hush' } };
      assert.equal((await call('ann', 'k', secret)).json().text, 'hush-hush');
      const again = await call('ann', 'k', secret);
      assert.equal(again.statusCode, 409);
      assert.equal(again.json().code, 'idempotency-secret');
      assert.equal(again.json().location, '/api/v1/secrets/1');
      assert.deepEqual(await notes(), ['hush-hush']);
      const kept = await database.query<{ row: string }>('select k::text as row from idempotency_keys k');
      assert.ok(!JSON.stringify(kept).includes('hush-hush'));
    }));

  it('is not answered again to a caller who may no longer', () =>
    withStand(async ({ call, gone }) => {
      await call('ann', 'k');
      gone.add('token:ann');
      assert.equal((await call('ann', 'k')).statusCode, 401);
    }));

  it('is made anew after 24 hours, and housekeeping forgets the old answer', () =>
    withStand(async (stand) => {
      await stand.call('ann', 'k');
      await stand.call('ann', 'other');
      stand.now = new Date('2023-01-16T09:59:59Z');
      assert.equal((await stand.call('ann', 'k')).headers['idempotency-replayed'], 'true');
      stand.now = new Date('2023-01-16T10:00:00Z');
      assert.ok(!('idempotency-replayed' in (await stand.call('ann', 'k')).headers));
      await forgetAnswers(stand.database, stand.now);
      const left = await stand.database.query('select key from idempotency_keys');
      assert.deepEqual(left, [{ key: 'k' }]);
    }));

  it('refuses keys that are none together with the other faults', () =>
    withStand(async ({ call, notes }) => {
      for (const key of ['', 'a'.repeat(129), 'tab\there', 'ü']) {
        const answer = await call('ann', key, { payload: {} });
        assert.equal(answer.statusCode, 400, key);
        assert.deepEqual(
          answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
          ['header/idempotency-key', '/text'],
        );
      }
      assert.deepEqual(await notes(), []);
    }));

  it('is made exactly once by any number of requests at the same time with one key', () =>
    withStand(async ({ call, notes, database }) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.uuid(), async (requests, key) => {
          await database.query('truncate notes');
          const answers = await Promise.all(Array.from({ length: requests }, () => call('ann', key)));
          const made = answers.filter(({ statusCode }) => statusCode === 201);
          assert.equal(made.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1);
          assert.equal(new Set(made.map(({ body }) => body)).size, 1);
          for (const { statusCode, body } of answers)
            if (statusCode !== 201) assert.match(body, /"idempotency-running"/);
          assert.deepEqual(await notes(), ['one']);
        }),
        { numRuns: 15 },
      );
    }));
});
