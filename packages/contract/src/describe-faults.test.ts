import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import Type, { type TSchema } from 'typebox';
import { describeFaults } from './describe-faults.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false, keywords: ['x-fault'] });
function faultsOf(schema: TSchema, value: unknown): Record<string, string> {
  const check = ajv.compile(schema);
  check(value);
  return Object.fromEntries(
    describeFaults(check.errors ?? []).map(({ pointer, message }) => [pointer, message]),
  );
}
const strict = { additionalProperties: false };

test('a value that fits no choice is one fault that names the choices', () => {
  const modes = Type.Object({ mode: Type.Union([Type.Literal('ONLINE'), Type.Literal('OFFLINE')]) }, strict);
  const check = ajv.compile(modes);
  check({ mode: 'SOMETIMES' });
  assert.deepEqual(describeFaults(check.errors ?? []), [
    { pointer: '/mode', message: 'must be one of ONLINE, OFFLINE' },
  ]);
  const forms = Type.Object({ limit: Type.Union([Type.Integer(), Type.Null()]) }, strict);
  assert.deepEqual(faultsOf(forms, { limit: 'many' }), { '/limit': 'must be a whole number or null' });
});

test('each kind of fault is told in words', () => {
  const schema = Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 3 }),
      label: Type.String({ minLength: 1 }),
      count: Type.Integer({ minimum: 1, maximum: 5 }),
      share: Type.Number({ exclusiveMinimum: 0 }),
      list: Type.Array(Type.String(), { maxItems: 1, uniqueItems: true }),
      form: Type.Literal('usage/1'),
      flag: Type.Boolean(),
      when: Type.String({ pattern: '^x$' }),
      'a/b~c': Type.String(),
    },
    strict,
  );
  const value = {
    name: 'long',
    label: '',
    count: 9,
    share: 0,
    list: ['a', 'a'],
    form: 1,
    flag: 'yes',
    when: 'y',
  };
  assert.deepEqual(faultsOf(schema, value), {
    '/name': 'must have at most 3 characters',
    '/label': 'must not be empty',
    '/count': 'must be at most 5',
    '/share': 'must be more than 0',
    '/list': 'must not have the same entry twice',
    '/form': 'must be "usage/1"',
    '/flag': 'must be true or false',
    '/when': 'must have the form ^x$',
    '/a~1b~0c': 'is required',
  });
});

test('a name that is not known is told while it can be one of a field, and not when a token may stand in its place', () => {
  const faultOf = (name: string) =>
    describeFaults([
      {
        keyword: 'additionalProperties',
        instancePath: '',
        schemaPath: '#/additionalProperties',
        params: { additionalProperty: name },
        parentSchema: { properties: { label: {} } },
      },
    ]);
  assert.deepEqual(faultOf('lable'), [{ pointer: '/lable', message: 'is not known here; known are label' }]);
  const token = 'kept-5f0c9d1e7b3a4d62';
  const [told] = faultOf(`${token}${token}`);
  assert.ok(!JSON.stringify(told).includes(token));
  assert.match(told!.message, /known are label$/);
});
