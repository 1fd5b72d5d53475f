import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { type Answer, type House, openHouse } from './house.ts';

/** As much of Postman's own libraries as is used here; the one has no types, the others' speak of a global. */
interface PostmanRequest {
  method: string;
  url: { toString(unresolved?: boolean): string; variables: { all(): { key: string; value: string }[] } };
  headers: { all(): { key: string; value: string; disabled?: boolean }[] };
  body?: { mode: string; raw?: string; urlencoded?: { all(): { key: string; value: string }[] } };
  auth?: { type: string };
}
interface PostmanItem {
  name: string;
  request: PostmanRequest;
  events: { all(): { listen: string; script: { exec: string[] } }[] };
  getAuth(): { type: string; parameters(): { get(key: string): string } } | undefined;
}
interface PostmanCollection {
  forEachItem(visit: (item: PostmanItem) => void): void;
  variables: { all(): { key: string; value: string }[] };
}
interface SandboxRun {
  collectionVariables: { values: { key: string; value: string }[] };
}
interface Sandbox {
  execute(event: object, options: object, done: (error: Error | null, run: SandboxRun) => void): void;
  on(name: string, hear: (cursor: unknown, assertions: { name: string; passed: boolean }[]) => void): void;
  dispose(): void;
}
const load = createRequire(import.meta.url);
const { Collection } = load('postman-collection') as { Collection: new (json: object) => PostmanCollection };
const { createContext } = load('postman-sandbox') as {
  createContext(done: (error: Error | null, sandbox: Sandbox) => void): void;
};

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house?.close());

test('Postman reads the collection, runs the exchange with its script, and the token opens what follows', async () => {
  const { json } = await house.call('GET', '/docs/postman.json');
  const collection = new Collection(json);
  const variables = new Map(collection.variables.all().map(({ key, value }) => [key, value]));
  assert.equal(variables.get('baseUrl'), house.url);
  variables.set('apiToken', house.a.apiTokens.reader);

  const items: PostmanItem[] = [];
  collection.forEachItem((item) => items.push(item));
  const exchange = items.find(({ request }) => request.url.toString().endsWith('/api-tokens/authorize'))!;
  const answer = await send(exchange, variables);
  assert.equal(answer.status, 200, answer.text);
  const { passed, kept } = await runScript(exchange, answer, variables);
  assert.deepEqual(passed, [true]);
  assert.equal(kept.get('accessToken'), answer.json.access_token);

  // Every read that names nothing that must be there first.
  const lists = items.filter(
    ({ request }) => request.method === 'GET' && /\/api\/v1\/meters$/.test(request.url.toString()),
  );
  assert.equal(lists.length, 1);
  for (const item of lists) assert.equal((await send(item, kept)).status, 200, item.name);

  const listing = items.find(({ name }) => name === "A month's reports of all meters")!;
  const listed = { status: 200, text: '{"a":[{"ref":"kept-ref"}]}' } as Answer;
  assert.equal((await runScript(listing, listed, kept)).kept.get('ref'), 'kept-ref');
  const meters = { status: 200, text: '{"items":[{"agentId":"kept-agent"}]}' } as Answer;
  assert.equal((await runScript(lists[0]!, meters, kept)).kept.get('agentId'), 'kept-agent');
  const none = { status: 200, text: '{"items":[]}' } as Answer;
  assert.equal((await runScript(lists[0]!, none, kept)).kept.get('agentId'), kept.get('agentId'));
});

test('the collection has each operation of the document once, and no secret', async () => {
  const { json: document } = await house.call('GET', '/openapi.json');
  const { json, text } = await house.call('GET', '/docs/postman.json');
  const items: PostmanItem[] = [];
  new Collection(json).forEachItem((item) => items.push(item));
  const wanted = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'head')
      .map((method) => `${method.toUpperCase()} {{baseUrl}}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  type Written = { item: { request: { method: string; url: { raw: string } } }[] };
  const found = (json.item as Written[]).flatMap(({ item }) =>
    item.map(({ request }) => `${request.method} ${request.url.raw.split('?')[0]}`),
  );
  assert.deepEqual(found.sort(), wanted.sort());
  const coverage = items.find(({ request }) => request.url.toString().includes('/coverage/'))!;
  assert.deepEqual(
    coverage.request.url.variables.all().map(({ key, value }) => [key, value]),
    [
      ['agentId', '{{agentId}}'],
      ['year', '2023'],
      ['month', '1'],
    ],
  );
  for (const token of Object.values(house.a.apiTokens)) assert.ok(!text.includes(token));
});

test('what one call tells and others ask for is a variable, tokens are secret, and every body has its type', async () => {
  const { json } = await house.call('GET', '/docs/postman.json');
  type Header = { key: string; value: string };
  type Written = {
    request: { header: Header[]; body?: { mode: string }; url: { raw: string } };
    name: string;
  };
  const written = (json.item as { item: Written[] }[]).flatMap(({ item }) => item);
  const byKey = new Map(
    (json.variable as { key: string; type: string }[]).map(({ key, type }) => [key, type]),
  );
  assert.deepEqual(
    [...byKey],
    [
      ['baseUrl', 'string'],
      ['apiToken', 'secret'],
      ['accessToken', 'secret'],
      ['agentId', 'string'],
      ['number', 'string'],
      ['ref', 'string'],
    ],
  );
  for (const { name, request } of written) {
    for (const { key } of request.header) assert.match(key, /^[A-Z][a-z]+(-[A-Z][a-z]+)*$/, name);
    const type = request.header.find(({ key }) => key === 'Content-Type')?.value;
    assert.equal(type !== undefined, request.body !== undefined, name);
    if (type !== undefined && !type.endsWith('json'))
      assert.equal(request.body?.mode, type.includes('form') ? 'urlencoded' : 'file', name);
  }
  const sent = written.find(({ name }) => name === 'Send a usage package')!;
  assert.deepEqual(sent.request.header[0], {
    key: 'Content-Type',
    value: 'application/vnd.meterhouse.usage+gzip',
  });
  assert.equal(sent.request.body?.mode, 'file');
  const download = written.find(({ request }) => request.url.raw.includes('?ref='))!;
  assert.match(download.request.url.raw, /\?ref=\{\{ref\}\}$/);
});

/** Sends a request of the collection as Postman would, its variables filled in. */
async function send(item: PostmanItem, variables: ReadonlyMap<string, string>): Promise<Answer> {
  const { request } = item;
  const filled = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_all, key: string) => variables.get(key) ?? '');
  const auth = item.getAuth();
  const headers = Object.fromEntries(
    request.headers.all().flatMap(({ key, value, disabled }) => (disabled ? [] : [[key, filled(value)]])),
  );
  const path = filled(request.url.toString()).slice(house.url.length);
  return house.call(request.method, path, {
    headers,
    bearer: auth?.type === 'bearer' ? filled(auth.parameters().get('token')) : undefined,
    ...(request.body?.urlencoded && {
      body: new URLSearchParams(
        Object.fromEntries(request.body.urlencoded.all().map(({ key, value }) => [key, filled(value)])),
      ),
    }),
  });
}

/** Runs the test script of a request in Postman's own sandbox on the answer. */
async function runScript(item: PostmanItem, answer: Answer, variables: ReadonlyMap<string, string>) {
  const sandbox = await new Promise<Sandbox>((resolve, reject) =>
    createContext((error, made) => (error ? reject(error) : resolve(made))),
  );
  try {
    const passed: boolean[] = [];
    sandbox.on('execution.assertion', (_cursor, assertions) =>
      passed.push(...assertions.map((one) => one.passed)),
    );
    const [event] = item.events.all();
    const values = [...variables].map(([key, value]) => ({ key, value, type: 'any' }));
    const response = {
      code: answer.status,
      header: [{ key: 'Content-Type', value: 'application/json' }],
      stream: { type: 'Buffer', data: [...Buffer.from(answer.text)] },
    };
    const run = await new Promise<SandboxRun>((resolve, reject) =>
      sandbox.execute(
        { listen: 'test', script: { exec: event!.script.exec } },
        { context: { response, collectionVariables: { values } } },
        (error, made) => (error ? reject(error) : resolve(made)),
      ),
    );
    return { passed, kept: new Map(run.collectionVariables.values.map(({ key, value }) => [key, value])) };
  } finally {
    sandbox.dispose();
  }
}
