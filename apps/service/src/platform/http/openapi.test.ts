import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { appWith } from './testing.ts';

test('the description has each route once, with who may call it, its answers and the problem', async () => {
  const app = await appWith({
    routes: [
      (scope) => {
        scope.get(
          '/usage/api/v1/things/:id',
          {
            config: { access: 'reader', alsoAt: ['/api/v1/things/:id'] },
            schema: {
              summary: 'A thing',
              tags: ['tests'],
              params: Type.Object({ id: Type.String() }, { additionalProperties: false }),
              response: { 200: Type.Object({ id: Type.String() }, { description: 'The thing.' }) },
            },
          },
          async (request) => ({ id: request.params.id }),
        );
      },
    ],
  });
  const answer = await app.inject({ url: '/openapi.json' });
  assert.equal(answer.statusCode, 200);
  const description = answer.json();
  assert.equal(description.openapi, '3.1.0');
  assert.deepEqual(Object.keys(description.paths).sort(), ['/openapi.json', '/usage/api/v1/things/{id}']);
  const { get } = description.paths['/usage/api/v1/things/{id}'];
  assert.deepEqual(Object.keys(description.paths['/usage/api/v1/things/{id}']), ['get']);
  assert.match(get.description, /Who: reader and above/);
  assert.deepEqual(get.security, [{ bearer: [] }, { cspAuthToken: [] }]);
  assert.deepEqual(Object.keys(get.responses), ['200', '400', '401', '403', '404', '429', '500', '503']);
  assert.deepEqual(get.responses[404], { $ref: '#/components/responses/NotFoundOrOrganisationUnknown' });
  const { headers, content } = description.components.responses.RateLimited;
  assert.ok('Retry-After' in headers);
  assert.equal(content['application/problem+json'].examples['rate-limited'].value.status, 429);
  assert.deepEqual(description.paths['/openapi.json'].get.security, []);
});

test('the document is filled in with examples, and says what a route refuses beyond the usual', async () => {
  const app = await appWith({
    routes: [
      (scope) => {
        scope.post(
          '/api/v1/things',
          {
            config: { access: 'administrator', refuses: ['meter-deleted'] },
            schema: {
              summary: 'Make a thing',
              tags: ['meters'],
              body: Type.Object(
                { name: Type.String({ examples: ['one'] }), sequence: Type.Integer({ minimum: 1 }) },
                { additionalProperties: false },
              ),
              response: { 201: Type.Array(Type.Object({ id: Type.String({ examples: ['a'] }) })) },
            },
          },
          async (_request, reply) => reply.code(201).send([]),
        );
      },
    ],
  });
  const description = (await app.inject({ url: '/openapi.json' })).json();
  const { post } = description.paths['/api/v1/things'];
  assert.deepEqual(post.requestBody.content['application/json'].example, { name: 'one', sequence: 1 });
  assert.deepEqual(post.responses[201].content['application/json'].example, [{ id: 'a' }]);
  for (const status of ['400', '401', '403', '408', '409', '412', '413', '415', '507'])
    assert.ok(status in post.responses, status);
  assert.deepEqual(
    description.tags.map(({ name }: { name: string }) => name),
    ['meters', 'documentation'],
  );
});
