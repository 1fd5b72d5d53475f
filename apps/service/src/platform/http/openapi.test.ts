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
  assert.deepEqual(Object.keys(description.paths).sort(), [
    '/docs/problems/{code}',
    '/openapi.json',
    '/usage/api/v1/things/{id}',
  ]);
  const { get } = description.paths['/usage/api/v1/things/{id}'];
  assert.deepEqual(Object.keys(description.paths['/usage/api/v1/things/{id}']), ['get']);
  assert.match(get.description, /Who: reader and above/);
  assert.deepEqual(get.security, [{ bearer: [] }, { cspAuthToken: [] }]);
  assert.deepEqual(Object.keys(get.responses), ['200', 'default']);
  assert.ok('application/problem+json' in get.responses.default.content);
  assert.deepEqual(description.paths['/openapi.json'].get.security, []);
});
