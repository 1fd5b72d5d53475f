import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, withTestDatabase } from './testing.ts';

test('each test database is migrated and knows nothing of the others', async () => {
  const one = await createTestDatabase();
  await one.query("insert into organisations (name) values ('Acme')");
  await withTestDatabase(async (other) => {
    assert.deepEqual(await other.query('select name from organisations'), []);
  });
  assert.deepEqual(await one.query('select name from organisations'), [{ name: 'Acme' }]);
  await one.close();
});
