import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, type House, openHouse } from './house.ts';
import { makeLiveMeter } from './meter.ts';
import { readOperations } from './openapi.ts';

/** Every field of every JSON body that the OpenAPI document describes, filled as whoever means harm would fill it. */
let house: House;
let bodies: readonly Body[];
let operator: string;

interface Schema {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: boolean;
}

/** What one operation takes. */
interface Body {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly bearer: string;
  readonly schema: Schema;
}

before(async () => {
  house = await openHouse();
  operator = await house.exchange(house.operatorToken);
  const { agentId } = await makeLiveMeter(house, house.a);
  const { json } = await house.call('GET', '/openapi.json');
  const resolve = (schema: Schema): Schema =>
    schema.$ref === undefined
      ? schema
      : schema.$ref
          .slice(2)
          .split('/')
          .reduce((at, name) => at[name], json);
  const whole = (schema: Schema): Schema => {
    const { properties, items, anyOf, ...rest } = resolve(schema);
    return {
      ...rest,
      ...(properties && {
        properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, whole(one)])),
      }),
      ...(items && { items: whole(items) }),
      ...(anyOf && { anyOf: anyOf.map(whole) }),
    };
  };
  bodies = (await readOperations(house)).flatMap(({ name, method, path, least }) => {
    const schema = json.paths[path][method.toLowerCase()].requestBody?.content['application/json']?.schema;
    if (schema === undefined) return [];
    const filled = path.replace('{agentId}', agentId).replace('{number}', '1012345');
    return [
      {
        name,
        method,
        path: filled.replace('{kid}', 'A'.repeat(43)).replaceAll(/\{\w+\}/g, randomUUID()),
        bearer: least === 'operator' ? operator : house.a.access.administrator,
        schema: whole(schema),
      },
    ];
  });
});
after(() => house?.close());

/** The places of all texts of a body: `/label`, `/minimumCommit/unit`. */
function textsOf({ type, properties, items, anyOf }: Schema, at = ''): string[] {
  return [
    ...(type === 'string' || (Array.isArray(type) && type.includes('string')) ? [at] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, schema]) => textsOf(schema, `${at}/${name}`)),
    ...(items ? textsOf(items, `${at}/0`) : []),
    ...(anyOf ?? []).flatMap((schema) => textsOf(schema, at)),
  ];
}

/** A body with `value` at every one of the places and nothing else. */
function bodyOf(places: readonly string[], value: unknown): object {
  const body: Record<string, unknown> = {};
  for (const place of places) {
    const names = place.slice(1).split('/');
    let at = body;
    for (const name of names.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[names.at(-1)!] = value;
  }
  return body;
}

const pointersOf = ({ json }: Answer): string[] =>
  (json.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);

test('no text of any body takes a control character, a line separator or half a character', async () => {
  const hostile = ['\t', '\n', '\r', '\0', '\x1b[31m', '\x7f', '\u0085', '\u2028', '\u2029', '\ud800'];
  // It is hashed and never shown; whoever types it may type anything.
  const exempt = ['/password'];
  let tried = 0;
  for (const { name, method, path, bearer, schema } of bodies) {
    const places = [...new Set(textsOf(schema))].filter((place) => !exempt.includes(place));
    for (const character of hostile) {
      // Long enough that it is refused for nothing else.
      const hostileText = `${'a'.repeat(16)}${character}b`;
      const body = bodyOf(places, hostileText);
      const answer = await house.call(method, path, { bearer, body });
      assert.equal(answer.status, 400, `${name}: ${answer.text}`);
      const pointers = pointersOf(answer);
      for (const place of places) {
        assert.ok(pointers.includes(place), `${name} takes ${JSON.stringify(character)} at ${place}`);
        tried += 1;
      }
      assert.ok(!answer.text.includes(hostileText), `${name} repeats what came`);
    }
  }
  assert.ok(tried > 300, `${tried} tried`);
});

test('what the service decides itself is taken from nobody', async () => {
  const ours = {
    id: randomUUID(),
    organisationId: house.b.id,
    organisation_id: house.b.id,
    isOperator: true,
    is_operator: true,
    createdAt: '2020-01-01T00:00:00Z',
    modifiedAt: '2020-01-01T00:00:00Z',
    revokedAt: null,
    deletedAt: null,
    personId: randomUUID(),
    provisioned: true,
    value: 'x'.repeat(40),
    secretHash: 'x',
    passwordHash: 'x',
    password_opens: true,
    lastFour: 'aaaa',
    state: 'active',
    actor: 'person:x',
    homeOrganisationId: house.b.id,
    registration: randomUUID(),
  };
  const audited = async () => house.database.query('select count(*) from audit_log');
  const before = await audited();
  const own = bodies.filter(({ path }) => path.startsWith('/api/v1/'));
  assert.ok(own.length > 15);
  for (const { name, method, path, bearer, schema } of own) {
    const told = Object.keys(ours).filter((field) => schema.properties?.[field] !== undefined);
    assert.deepEqual(told, [], `${name} lets a caller decide`);
    // Counting changes is ours: whoever makes a thing has seen none of it yet.
    const creates = method === 'POST' && !/\/(rotate|undelete)$/.test(path);
    if (creates) assert.equal(schema.properties?.sequence, undefined, name);
    const answer = await house.call(method, path, {
      bearer,
      body: { ...ours, ...(creates ? { sequence: 1 } : {}) },
    });
    assert.equal(answer.status, 400, `${name}: ${answer.text}`);
    const pointers = pointersOf(answer);
    for (const field of [...Object.keys(ours), ...(creates ? ['sequence'] : [])])
      assert.ok(pointers.includes(`/${field}`), `${name} passes over ${field}`);
  }
  assert.deepEqual(await audited(), before);
});

test('a registration that brings more than is asked is taken as if it had not', async () => {
  const agentId = randomUUID();
  const answer = await house.call('POST', '/usage/api/v1/agent-registrations', {
    bearer: house.a.access.reporter,
    body: {
      agentId,
      label: 'um',
      contractNumber: '1012345',
      id: randomUUID(),
      organisationId: house.b.id,
      organisation_id: house.b.id,
      sequence: 99,
      state: 'registered',
      progress: 'done',
      registration: 'mine',
      epoch: 7,
      deletedAt: '2020-01-01T00:00:00Z',
      registeredAt: '2020-01-01T00:00:00Z',
      role: 'operator',
    },
  });
  assert.equal(answer.status, 202, answer.text);
  const meters = await house.database.query<Record<string, unknown>>(
    `select organisation_id, sequence < 99 as counted, registration::text <> 'mine' as ours, deleted_at,
            registered_at > now() - interval '1 day' as today
     from meters where agent_id = $1`,
    [agentId],
  );
  assert.deepEqual(meters, [
    { organisation_id: house.a.id, counted: true, ours: true, deleted_at: null, today: true },
  ]);
});
