import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../database/testing.ts';
import {
  createSecrets,
  forgetSealed,
  opensSealed,
  readMasterKey,
  resealAll,
  rotateMasterKey,
  sealedColumns,
  settleMasterKey,
} from './index.ts';

let database: TestDatabase;
let folder: string;
let path: string;
before(async () => {
  database = await createTestDatabase();
});
after(() => database?.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meterhouse-master-key-'));
  path = join(folder, 'master.key');
  const secrets = secretsOf(path, true);
  await database.query('delete from signing_keys');
  for (const kid of ['a', 'b'])
    await database.query(
      `insert into signing_keys (kid, purpose, algorithm, public_jwk, sealed_private_jwk)
       values ($1, $2, 'ES256', '{}', $3)`,
      [kid, kid === 'a' ? 'access' : 'report', secrets.seal(`signing-key:${kid}`, Buffer.from(kid))],
    );
});
afterEach(() => rmSync(folder, { recursive: true }));

const secretsOf = (file: string, create = false) => createSecrets(readMasterKey({ path: file, create }));
const next = () => `${path}.next`;
const textOf = (file: string) => readFileSync(file, 'utf8');

test('every sealed column of the schema is known to a rotation', async () => {
  const columns = await database.query<{ place: string }>(
    `select table_name || '.' || column_name as place from information_schema.columns
     where table_schema = 'public' and column_name like 'sealed\\_%' order by 1`,
  );
  assert.deepEqual(
    columns.map(({ place }) => place),
    sealedColumns.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

test('a rotation seals everything with a new key and keeps the old one for older backups', async () => {
  const old = textOf(path);
  const retired = join(folder, 'retired');
  assert.equal(await rotateMasterKey(database, path, retired), 2);
  assert.notEqual(textOf(path), old);
  assert.equal(textOf(retired), old);
  assert.ok(!existsSync(next()));
  assert.equal(await opensSealed(database, secretsOf(path)), true);
  assert.equal(await opensSealed(database, secretsOf(retired)), false);
});

test('a rotation that died before the commit is undone, one that died after it is completed', async () => {
  const old = textOf(path);
  secretsOf(next(), true);
  assert.equal(await settleMasterKey(database, path), 'undone');
  assert.ok(!existsSync(next()));
  assert.equal(textOf(path), old);

  const after = secretsOf(next(), true);
  const made = textOf(next());
  await database.transaction((transaction) => resealAll(transaction, secretsOf(path), after));
  assert.equal(await settleMasterKey(database, path), 'done');
  assert.equal(textOf(path), made);
  assert.ok(!existsSync(next()));
  assert.equal(await opensSealed(database, secretsOf(path)), true);
  assert.equal(await settleMasterKey(database, path), 'nothing');
});

test('a key that is not the one of the records rotates nothing and leaves no file', async () => {
  rmSync(path);
  const other = secretsOf(path, true);
  await assert.rejects(rotateMasterKey(database, path, join(folder, 'retired')), /does not open/);
  assert.ok(!existsSync(next()));
  assert.equal(await opensSealed(database, other), false);
});

test('what fails beside the sealing undoes it', async () => {
  const failing = rotateMasterKey(database, path, join(folder, 'retired'), async () => {
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.equal(await opensSealed(database, secretsOf(path)), true);
});

test('secrets that went with a lost master key stand in the way of nothing', async () => {
  const now = new Date('2023-01-02T03:04:05Z');
  assert.equal(await database.transaction((transaction) => forgetSealed(transaction, now)), 2);
  assert.equal(await opensSealed(database, secretsOf(path)), undefined);
  assert.deepEqual(await database.query('select distinct retired_at as at from signing_keys'), [{ at: now }]);
  assert.equal(await rotateMasterKey(database, path, join(folder, 'retired')), 0);
  writeFileSync(next(), textOf(path), { mode: 0o600 });
  assert.equal(await settleMasterKey(database, path), 'undone');
});
