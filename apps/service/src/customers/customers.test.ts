import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { type House, type Organisation, registered, withHouse } from '../registry/testing.ts';

const customers = '/api/v1/customers';
const rules = '/api/v1/customer-rules';
const vcenter = '5a1f0c7c-0b5f-4f0a-8a55-0c1d2e3f4a5b';
const target = { productType: 'vCenter', productId: vcenter, targetType: 'Folder', targetId: 'group-v42' };

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const call = (house: House, access: string, method: Method, url: string, payload?: object, headers = {}) =>
  house.call(access, { method, url, headers, ...(payload === undefined ? {} : { payload }) });
async function makeCustomer(house: House, { administrator }: Organisation, name: string) {
  const answer = await call(house, administrator, 'POST', customers, { name });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
}
const faults = (answer: { json(): { errors: { pointer: string; message: string }[] } }) =>
  answer
    .json()
    .errors.map(({ pointer }) => pointer)
    .sort();

describe('customers', () => {
  it('are made, listed, changed and deleted', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const body = { name: 'Northwind', number: 'C-1' };
      const made = await call(house, acme.administrator, 'POST', customers, body);
      assert.equal(made.statusCode, 201);
      const { id, ...item } = made.json();
      assert.equal(made.headers.location, `${customers}/${id}`);
      const now = house.now.toISOString();
      assert.deepEqual(item, { ...body, sequence: 1, createdAt: now, modifiedAt: now });
      await makeCustomer(house, acme, 'Contoso');
      const listed = await call(house, acme.reader, 'GET', `${customers}?filter=number==C-*`);
      assert.deepEqual(listed.json().items, [made.json()]);
      const url = `${customers}/${id}`;
      const taken = await call(house, acme.administrator, 'PATCH', url, { sequence: 1, name: 'Contoso' });
      assert.equal(taken.json().code, 'already-exists');
      const changed = await call(house, acme.administrator, 'PATCH', url, { sequence: 1, number: '' });
      assert.deepEqual([changed.json().number, changed.json().sequence], ['', 2]);
      const stale = await call(house, acme.administrator, 'PATCH', url, { sequence: 1, name: 'x' });
      assert.deepEqual([stale.statusCode, stale.json().sequence], [412, 2]);
      assert.equal((await call(house, acme.administrator, 'DELETE', `${url}?sequence=2`)).statusCode, 204);
      assert.equal((await call(house, acme.reader, 'GET', url)).statusCode, 404);
      const actions = (await house.actions()).filter((action) => action.startsWith('customer'));
      assert.deepEqual(actions, ['customer-made', 'customer-made', 'customer-changed', 'customer-deleted']);
    }));

  it('have names that no report takes for none, and of 170 characters at most', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const bad = [
        'n/a',
        'N/A',
        'No Customer Label',
        'no customer label',
        '-',
        '',
        ' x',
        'x ',
        'a\tb',
        'x'.repeat(171),
      ];
      for (const name of bad) {
        const answer = await call(house, administrator, 'POST', customers, { name });
        assert.equal(answer.statusCode, 400, JSON.stringify(name));
        assert.deepEqual(faults(answer).slice(0, 1), ['/name'], JSON.stringify(name));
      }
      for (const name of ['n/a Ltd', '--', '=SUM(A1)', 'x'.repeat(170), 'Ünï 客户'])
        assert.equal((await call(house, administrator, 'POST', customers, { name })).statusCode, 201, name);
    }));

  it('stay while a rule gives usage to them, and its id is named', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const { id } = await makeCustomer(house, acme, 'Northwind');
      const rule = (
        await call(house, acme.administrator, 'POST', rules, { name: 'Northwind', ...target })
      ).json();
      const remove = () => call(house, acme.administrator, 'DELETE', `${customers}/${id}?sequence=1`);
      const refused = await remove();
      assert.equal(refused.json().code, 'in-use');
      assert.deepEqual(refused.json().references, { customerRules: [rule.id] });
      await call(house, acme.administrator, 'DELETE', `${rules}/${rule.id}?sequence=1`);
      assert.equal((await remove()).statusCode, 204);
    }));
});

describe('customer rules', () => {
  it('give one target to one customer, and carry its name', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const northwind = await makeCustomer(house, acme, 'Northwind');
      await makeCustomer(house, acme, 'Contoso');
      const asked = { name: 'Northwind', ...target };
      const made = await call(house, acme.administrator, 'POST', rules, asked);
      assert.equal(made.statusCode, 201, made.body);
      const { id, sequence, createdAt, modifiedAt, ...rest } = made.json();
      assert.deepEqual(rest, { ...asked, customerId: northwind.id });
      const twice = await call(house, acme.administrator, 'POST', rules, { ...asked, name: 'Contoso' });
      assert.deepEqual(
        [twice.statusCode, twice.json().code, twice.json().customerRule],
        [409, 'already-exists', id],
      );

      const other = { ...asked, targetId: 'group-v43', productId: vcenter.toUpperCase() };
      const second = (await call(house, acme.administrator, 'POST', rules, other)).json();
      assert.equal(second.productId, vcenter);
      const onto = { sequence: 1, targetId: 'group-v42' };
      const moved = await call(house, acme.administrator, 'PATCH', `${rules}/${second.id}`, onto);
      assert.equal(moved.json().code, 'already-exists');
      const given = { sequence: 1, name: 'Contoso' };
      const changed = await call(house, acme.administrator, 'PATCH', `${rules}/${second.id}`, given);
      assert.deepEqual([changed.json().name, changed.json().sequence], ['Contoso', 2]);

      const rename = { sequence: 1, name: 'Northwind Traders' };
      await call(house, acme.administrator, 'PATCH', `${customers}/${northwind.id}`, rename);
      const listed = await call(house, acme.reader, 'GET', `${rules}?filter=name==North*&sort=-targetId`);
      assert.deepEqual(
        listed.json().items.map(({ name }: { name: string }) => name),
        ['Northwind Traders'],
      );
    }));

  it('are refused with every fault at once', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const form = {
        name: '-',
        productType: 'vcenter',
        productId: 'x',
        targetType: 'VM',
        targetId: '',
        id: 'x',
      };
      const answer = await call(house, administrator, 'POST', rules, form);
      assert.deepEqual(faults(answer), [
        '/id',
        '/name',
        '/productId',
        '/productType',
        '/targetId',
        '/targetType',
      ]);
      const names = { name: 'Nobody', ...target, productType: 'VCD' };
      const named = await call(house, administrator, 'POST', rules, names);
      assert.equal(named.statusCode, 400);
      assert.deepEqual(faults(named), ['/name', '/targetType']);
    }));

  it('of another organisation are as unknown as none, and its customers cannot be named', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const { id: customer } = await makeCustomer(house, acme, 'Northwind');
      const asked = { name: 'Northwind', ...target };
      const { id: rule } = (await call(house, acme.administrator, 'POST', rules, asked)).json();
      assert.deepEqual(faults(await call(house, other.administrator, 'POST', rules, asked)), ['/name']);
      await makeCustomer(house, other, 'Northwind');
      assert.equal((await call(house, other.administrator, 'POST', rules, asked)).statusCode, 201);
      for (const [path, mine] of [
        [customers, customer],
        [rules, rule],
      ])
        for (const id of [mine, randomUUID()])
          for (const [method, query, body] of [
            ['GET', '', undefined],
            ['PATCH', '', { sequence: 1 }],
            ['DELETE', '?sequence=1', undefined],
          ] as const) {
            const answer = await call(house, other.administrator, method, `${path}/${id}${query}`, body);
            assert.equal(answer.statusCode, 404, `${method} ${path}`);
          }
      const left = await call(house, acme.reader, 'GET', `${rules}/${rule}`);
      assert.equal(left.json().sequence, 1);
    }));

  it('are changed by administrators alone', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (const [path, body] of [
        [customers, { name: 'x' }],
        [rules, { name: 'x', ...target }],
      ] as const)
        assert.equal((await call(house, acme.reporter, 'POST', path, body)).statusCode, 403, path);
    }));
});

describe('a meter', () => {
  it('fetches the rules of its organisation, and once more only when they say something else', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const agentId = await registered(house, acme);
      const url = `/usage/api/v1/agents/${agentId}/customer-rules`;
      const empty = await call(house, acme.reader, 'GET', url);
      assert.deepEqual(empty.json(), { rules: [] });
      await makeCustomer(house, acme, 'Northwind');
      const { id } = (
        await call(house, acme.administrator, 'POST', rules, { name: 'Northwind', ...target })
      ).json();
      const fetched = await call(house, acme.reader, 'GET', url);
      assert.deepEqual(fetched.json(), { rules: [{ id, name: 'Northwind', ...target }] });
      const { etag } = fetched.headers;
      assert.ok(etag !== empty.headers.etag);
      const again = await call(house, acme.reader, 'GET', url, undefined, { 'if-none-match': etag });
      assert.deepEqual([again.statusCode, again.body], [304, '']);
      await call(house, acme.administrator, 'PATCH', `${rules}/${id}`, { sequence: 1, targetId: 'group-v1' });
      const newer = await call(house, acme.reader, 'GET', url, undefined, { 'if-none-match': etag });
      assert.equal(newer.statusCode, 200);
      assert.equal((await call(house, other.reader, 'GET', url)).statusCode, 404);
    }));
});
