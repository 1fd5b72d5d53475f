import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const document: { paths: Record<string, Record<string, { operationId?: string }>> } = JSON.parse(
  readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'),
);

test('every operation has a name of its own, a verb and a noun in camel case: methods of clients are named by it', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      at: `${method.toUpperCase()} ${path}`,
      operationId: operationId ?? '',
    })),
  );
  const misnamed = operations.filter(({ operationId }) => !/^[a-z]+([A-Z][a-z]+)+$/.test(operationId));
  assert.deepEqual(misnamed, []);
  const shared = [...Map.groupBy(operations, ({ operationId }) => operationId).values()].filter(
    (same) => same.length > 1,
  );
  assert.deepEqual(shared, []);
});
