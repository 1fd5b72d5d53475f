import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ListQuery, listQuery, type Page, Problem } from '@meterhouse/contract';
import fc from 'fast-check';
import { withTestDatabase } from '../database/testing.ts';
import type { Database } from '../database/types.ts';
import { appWith } from '../http/testing.ts';
import type { Condition } from './check-filter.ts';
import { checkFilter } from './check-filter.ts';
import { createListing } from './index.ts';

interface Thing {
  readonly id: number;
  readonly owner: string;
  readonly name: string | null;
  readonly token: string;
  readonly at: string;
  readonly state: 'on' | 'off';
}

const selectors = {
  id: 'integer',
  name: 'text',
  token: 'uuid',
  at: 'instant',
  state: ['on', 'off'],
} as const;
const things = createListing({
  selectors,
  columns: { id: 't.id', name: 't.name', token: 't.token', at: 't.at', state: 't.state' },
  usualSort: '-at',
  key: 'id',
});

const list = (database: Database, query: ListQuery, owner = 'me'): Promise<Page<Thing>> =>
  things.page<Omit<Thing, 'at'> & { at: Date }, Thing>(database, query, {
    select: 't.id, t.owner, t.name, t.token, t.at, t.state',
    from: 'things t',
    where: 't.owner = $1 or t.owner = $2',
    values: [owner, owner],
    item: ({ id, owner, name, token, at, state }) => ({
      id,
      owner,
      name,
      token,
      at: at.toISOString(),
      state,
    }),
  });

async function everyPage(database: Database, query: ListQuery): Promise<Thing[]> {
  const items: Thing[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(database, { ...query, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}

const tokens = ['00000000-0000-4000-8000-000000000001', 'ffffffff-0000-4000-8000-00000000000f'] as const;
/** Two instants of one millisecond and one of the next. */
const instants = [
  '2023-01-01T00:00:00.001000Z',
  '2023-01-01T00:00:00.001999Z',
  '2023-01-01T00:00:00.002Z',
] as const;
const names = ['', 'a', 'A', 'ab', 'a*b', 'a%b', 'a_b', 'aüb', 'z\\', '\u{1f600}', '\uffee', "o'x"];

async function withThings(count: number, work: (database: Database) => Promise<void>): Promise<void> {
  await withTestDatabase(async (database) => {
    await database.query(
      `create table things (id integer primary key, owner text not null, name text, token uuid not null,
                            at timestamptz not null, state text not null)`,
    );
    for (let n = 0; n < count; n += 1)
      await database.query('insert into things values ($1, $2, $3, $4, $5, $6)', [
        n * 7,
        n % 5 === 4 ? 'them' : 'me',
        n % 6 === 5 ? null : names[(n * 5) % names.length],
        tokens[n % 2],
        instants[n % 3],
        n % 4 === 0 ? 'off' : 'on',
      ]);
    await work(database);
  });
}

/** Whether a condition holds, in plain JavaScript. What has no value is equal to nothing and in no order. */
function holds(condition: Condition, thing: Thing): boolean {
  if (condition.kind !== 'comparison') {
    const held = condition.parts.map((part) => holds(part, thing));
    return condition.kind === 'and' ? !held.includes(false) : held.includes(true);
  }
  const { selector, operator, values } = condition;
  const value = thing[selector as keyof Thing];
  const equal = values.some(({ pieces }) => {
    if (value === null) return false;
    if (selector === 'name')
      return new RegExp(`^${pieces.map((piece) => RegExp.escape(piece)).join('[^]*')}$`, 'u').test(
        String(value),
      );
    return compare(selector, value, pieces.join('*')) === 0;
  });
  if (operator === '==' || operator === '=in=') return equal;
  if (operator === '!=' || operator === '=out=') return !equal;
  if (value === null) return false;
  const order = compare(selector, value, values[0]!.pieces.join('*'));
  return { '=gt=': order > 0, '=ge=': order >= 0, '=lt=': order < 0, '=le=': order <= 0 }[operator];
}

function compare(selector: string, value: string | number, other: string): number {
  if (selector === 'id') return Number(value) - Number(other);
  if (selector === 'at') return Date.parse(String(value)) - Date.parse(other);
  const text = selector === 'token' ? other.toLowerCase() : other;
  return Buffer.compare(Buffer.from(String(value)), Buffer.from(text));
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
const comparison = fc.oneof(
  fc.tuple(
    fc.constantFrom('==', '!='),
    fc.constantFrom(...names, '*', 'a*', '*b', '*%*', '*\\*', 'a*b*', '**').map(quoted),
  ),
  fc.tuple(fc.constantFrom('=gt=', '=ge=', '=lt=', '=le='), fc.constantFrom('a', 'b', '\u{1f600}', '\uffee')),
  fc.tuple(fc.constantFrom('=in=', '=out='), fc.constantFrom('(a,ab)', '("",A)')),
);
const operators = ['==', '!=', '=gt=', '=ge=', '=lt=', '=le='];
const anyComparison = fc.oneof(
  comparison.map(([operator, value]) => `name${operator}${value}`),
  fc
    .tuple(fc.constantFrom(...operators), fc.integer({ min: -1, max: 300 }))
    .map(([operator, id]) => `id${operator}${id}`),
  fc
    .tuple(
      fc.constantFrom(...operators),
      fc.constantFrom('2023-01-01', '2023-01-01T00:00:00.001Z', '2023-01-01T01:00:00.002+01:00'),
    )
    .map(([operator, at]) => `at${operator}${at}`),
  fc
    .tuple(fc.constantFrom('==', '!='), fc.constantFrom(...tokens))
    .map(([operator, token]) => `token${operator}${token.toUpperCase()}`),
  fc.constantFrom('state==on', 'state!=on', 'state=in=(on,off)', 'state=out=(on,off)'),
);
const { filter: anyFilter } = fc.letrec<{ filter: string; group: string }>((tie) => ({
  filter: fc.oneof({ maxDepth: 3 }, anyComparison, tie('group')),
  group: fc
    .tuple(fc.array(tie('filter'), { minLength: 1, maxLength: 3 }), fc.constantFrom(';', ','))
    .map(([parts, joint]) => `(${parts.join(joint)})`),
}));

describe('a list', () => {
  it('yields exactly the rows for which the filter holds, and never those of others', () =>
    withThings(48, async (database) => {
      const all = await everyPage(database, {});
      assert.equal(all.length, 39);
      await fc.assert(
        fc.asyncProperty(anyFilter, async (filter) => {
          const checked = checkFilter(selectors, filter);
          if (!('condition' in checked)) return;
          const expected = all.filter((thing) => holds(checked.condition, thing)).map(({ id }) => id);
          const found = (await everyPage(database, { filter, limit: '200' })).map(({ id }) => id);
          assert.deepEqual(found, expected, filter);
        }),
        { numRuns: 300 },
      );
    }));

  it('has every row once and in order, however it is sorted and cut into pages', () =>
    withThings(40, async (database) => {
      const fields = fc.uniqueArray(fc.constantFrom('id', 'name', 'token', 'at', 'state'), {
        minLength: 1,
        maxLength: 4,
      });
      const sort = fields.chain((chosen) =>
        fc
          .array(fc.boolean(), { minLength: chosen.length, maxLength: chosen.length })
          .map((down) => chosen.map((field, index) => (down[index] ? `-${field}` : field)).join(',')),
      );
      await fc.assert(
        fc.asyncProperty(sort, fc.integer({ min: 1, max: 12 }), async (order, limit) => {
          const whole = await list(database, { sort: order, limit: '200' });
          const cut = await everyPage(database, { sort: order, limit: String(limit) });
          assert.deepEqual(cut, whole.items, order);
          assert.equal(new Set(cut.map(({ id }) => id)).size, 32);
        }),
        { numRuns: 40 },
      );
      const byName = (await list(database, { sort: 'name', limit: '200' })).items.map(({ name }) => name);
      const texts = byName.filter((name) => name !== null);
      assert.deepEqual(
        texts,
        texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      assert.equal(byName.at(-1), null);
      assert.equal((await list(database, { sort: '-name' })).items.at(-1)!.name, null);
    }));

  it('neither repeats nor skips a row when others come between two pages', () =>
    withThings(20, async (database) => {
      const first = await list(database, { sort: 'id', limit: '5' });
      await database.query(
        "insert into things select -n, 'me', 'new', $1, now(), 'on' from generate_series(1, 9) n",
        [tokens[0]],
      );
      const rest = await everyPage(database, { sort: 'id', limit: '5', cursor: first.nextCursor! });
      const ids = [...first.items, ...rest].map(({ id }) => id);
      assert.equal(ids.length, 16);
      assert.deepEqual(
        ids,
        [...new Set(ids)].sort((a, b) => a - b),
      );
    }));

  it('refuses the cursor of another order or filter, and ones that somebody made up', () =>
    withThings(10, async (database) => {
      const { nextCursor } = await list(database, { sort: 'at', filter: 'state==on', limit: '2' });
      const cursor = nextCursor!;
      assert.ok(await list(database, { sort: 'at', filter: 'state==on', cursor }));
      const binding = Buffer.from(cursor, 'base64url').subarray(0, 8);
      const made = (place: unknown) =>
        Buffer.concat([binding, Buffer.from(JSON.stringify(place))]).toString('base64url');
      const refused: ListQuery[] = [
        { sort: '-at', filter: 'state==on', cursor },
        { sort: 'at', filter: 'state==off', cursor },
        { sort: 'at', cursor },
        ...['A', 'AAAAAAAAAAAAAAAA', binding.toString('base64url')].map((text) => ({ cursor: text })),
        ...[
          [],
          {},
          null,
          ['2023-01-01T00:00:00.000000Z'],
          ['2023-13-01T00:00:00.000000Z', '1'],
          ['2023-02-30T00:00:00.000000Z', '1'],
          ['0000-01-01T00:00:00.000000Z', '1'],
          ['infinity', '1'],
          ['2023-01-01T00:00:00.000000Z', 1],
          ['2023-01-01T00:00:00.000000Z', '1e9'],
          ["'); drop table things; --", '1'],
        ].map((place) => ({ sort: 'at', filter: 'state==on', cursor: made(place) })),
      ];
      for (const query of refused)
        await assert.rejects(
          list(database, query),
          (error) =>
            error instanceof Problem &&
            error.code === 'invalid-request' &&
            error.errors?.[0]?.pointer === 'query/cursor',
          JSON.stringify(query),
        );
    }));

  it('tells the faults of every part of its query at once', async () => {
    const app = await appWith({
      routes: [
        (scope) => {
          scope.get(
            '/api/v1/things',
            {
              config: { access: 'public' },
              schema: {
                summary: 'x',
                tags: ['tests'],
                querystring: listQuery(selectors, '-at'),
                response: { 200: {} },
              },
            },
            async (request) => request.query,
          );
        },
      ],
    });
    const query = new URLSearchParams({
      limit: '0',
      cursor: '!',
      sort: 'nothing,-id,id',
      filter: 'nothing==1;id==x',
      page: '2',
    });
    const answer = await app.inject({ url: `/api/v1/things?${query}` });
    assert.equal(answer.statusCode, 400);
    assert.deepEqual(
      answer
        .json()
        .errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message]),
      [
        ['query/page', 'is not known here; known are limit, cursor, sort, filter'],
        ['query/limit', 'must be a number from 1 to 200'],
        ['query/cursor', 'must be the nextCursor of an earlier page'],
        ['query/sort', 'field 1 is none to sort by; there are id, name, token, at, state'],
        ['query/sort', 'names id twice'],
        ['query/filter', 'at character 1: no such selector; there are id, name, token, at, state'],
        ['query/filter', 'at character 16: must be a whole number of at most 18 digits'],
      ],
    );
    const good = new URLSearchParams({
      limit: '7',
      sort: '-at,id',
      filter: '(name==a*;id=in=(1,2)),state!=on',
    });
    assert.equal((await app.inject({ url: `/api/v1/things?${good}` })).statusCode, 200);
    await app.close();
  });
});
