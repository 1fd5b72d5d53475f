import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { describeSchema } from './describe-schema.ts';
import { openDatabase, startPrivatePostgres } from './index.ts';
import { createBareDatabase, silentLogger, withTestDatabase } from './testing.ts';
import type { Database, Transaction } from './types.ts';

test('values come as the house wants them: no floats, months without a time zone', () =>
  withTestDatabase(async (database) => {
    const [row] = await database.query(
      `select 9007199254740993::bigint as bigint, 0.1::numeric(10, 3) as numeric, 7::int as int, '2023-01-01'::date as month,
         '2023-01-01T05:00:00Z'::timestamptz as at, '-infinity'::timestamptz as ever, '\\x00ff'::bytea as bytes,
         '{"a": [1]}'::jsonb as json, array[1, 2] as list, null as nothing`,
    );
    assert.deepEqual(row, {
      bigint: '9007199254740993',
      numeric: '0.100',
      int: 7,
      month: '2023-01-01',
      at: new Date('2023-01-01T05:00:00Z'),
      ever: Number.NEGATIVE_INFINITY,
      bytes: Buffer.of(0, 255),
      json: { a: [1] },
      list: [1, 2],
      nothing: null,
    });
  }));

const names = (on: Database | Transaction) =>
  on.query<{ name: string }>('select name from organisations order by name');
const addOrganisation = (on: Database | Transaction, name: string) =>
  on.query('insert into organisations (name) values ($1)', [name]);

test('a transaction is whole: what throws is rolled back and the error passed on', () =>
  withTestDatabase(async (database) => {
    const failure = new Error('no');
    await assert.rejects(
      database.transaction(async (transaction) => {
        await addOrganisation(transaction, 'never');
        throw failure;
      }),
      failure,
    );
    assert.equal(
      await database.transaction(async (transaction) => (await addOrganisation(transaction, 'Acme')).length),
      0,
    );
    assert.deepEqual(await names(database), [{ name: 'Acme' }]);
  }));

test('a failed statement that is swallowed does not pass for a commit', () =>
  withTestDatabase(async (database) => {
    await assert.rejects(
      database.transaction(async (transaction) => {
        await addOrganisation(transaction, 'never');
        await transaction.query('select 1 / 0').catch(() => undefined);
      }),
      /nothing was committed/,
    );
    assert.deepEqual(await names(database), []);
  }));

test('a deadlock is tried again until both are through', () =>
  withTestDatabase(async (database) => {
    await addOrganisation(database, 'a');
    await addOrganisation(database, 'b');
    let runs = 0;
    const touch = (first: string, second: string) =>
      database.transaction(async (transaction) => {
        runs += 1;
        await transaction.query('update organisations set partner_id = null where name = $1', [first]);
        await sleep(100);
        await transaction.query('update organisations set partner_id = null where name = $1', [second]);
      });
    await Promise.all([touch('a', 'b'), touch('b', 'a')]);
    assert.ok(runs >= 3, `${runs} runs`);
  }));

test('a transaction that can never be serialised gives up after its attempts and says why', () =>
  withTestDatabase(async (database) => {
    let runs = 0;
    const hopeless = database.transaction(async (transaction) => {
      runs += 1;
      await transaction.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
    });
    await assert.rejects(hopeless, { code: '40001' });
    assert.equal(runs, 4);
  }));

test('after the server dropped every connection the next statement and the next transaction work', () =>
  withTestDatabase(async (database) => {
    const dropAll = () =>
      database.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    await Promise.all(Array.from({ length: 5 }, () => database.query('select pg_sleep(0.05)')));
    await dropAll();
    await database.transaction((transaction) => addOrganisation(transaction, 'Acme'));
    await dropAll();
    assert.deepEqual(await names(database), [{ name: 'Acme' }]);
  }));

test('a connection that breaks inside a transaction fails that transaction alone', () =>
  withTestDatabase(async (database) => {
    await assert.rejects(
      database.transaction(async (transaction) => {
        const [me] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid');
        await database.query('select pg_terminate_backend($1)', [me?.pid]);
        await addOrganisation(transaction, 'never');
      }),
    );
    assert.deepEqual(await names(database), []);
  }));

test('a server that comes up late is waited for and the log says so; one that refuses is not waited for', async () => {
  const home = mkdtempSync(join(tmpdir(), 'meterhouse-late-'));
  const first = await startPrivatePostgres({ directory: join(home, 'postgres'), logger: silentLogger });
  // The next server gets a socket of another name, so the late one listens where the first one did.
  const late = mkdtempSync(join(tmpdir(), 'meterhouse-late-'));
  chmodSync(late, 0o777);
  after(() => {
    rmSync(home, { recursive: true });
    rmSync(late, { recursive: true });
  });
  await first.stop();
  const connectionString = first.connectionString.replace(/host=.*/, `host=${encodeURIComponent(late)}`);
  const said: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void said.push(JSON.parse(line)) });
  const opening = openDatabase({ connectionString, logger });
  await sleep(300);
  const second = await startPrivatePostgres({
    directory: join(home, 'postgres'),
    logger: silentLogger,
    settings: { unix_socket_directories: late },
  });
  const database = await opening;
  assert.deepEqual(await database.query('select 1 as n'), [{ n: 1 }]);
  await database.close();
  assert.equal(said[0]?.msg, 'waiting for PostgreSQL');
  assert.equal(said[0]?.server, `${late} (database meterhouse)`);

  const secret = /:([^:@/]+)@/.exec(connectionString)?.[1] ?? '';
  await assert.rejects(
    openDatabase({ connectionString: connectionString.replace(secret, 'wrong-secret'), logger }),
    (error: Error) =>
      /refuses the service: password .*DATABASE_URL/.test(error.message) &&
      !error.message.includes('wrong-secret'),
  );
  await second.stop();
  await assert.rejects(
    openDatabase({ connectionString, logger, patience: 200 }),
    /cannot be reached .*DATABASE_URL/,
  );
  assert.equal(JSON.stringify(said).includes(secret), false);
});

test('a database that counts the length of a label in bytes is refused', async () => {
  const { connectionString, drop } = await createBareDatabase(
    "encoding 'SQL_ASCII' locale 'C' template template0",
  );
  await assert.rejects(
    openDatabase({ connectionString, logger: silentLogger }),
    /encoding is SQL_ASCII; make one with ENCODING 'UTF8'/,
  );
  await drop();
});

test('schema.sql is what the migrations make (mend: node dump-schema.ts --write)', () =>
  withTestDatabase(async (database) => {
    const snapshot = readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8');
    assert.equal(snapshot.replace(/^--.*\n\n/, ''), await describeSchema(database));
  }));

test('the schema is described from the catalogue: any change of it shows', () =>
  withTestDatabase(async (database) => {
    const before = await describeSchema(database);
    assert.match(before, /create table organisations \(\n {2}id uuid not null default gen_random_uuid\(\),/);
    for (const change of [
      'alter table organisations alter column name drop not null',
      'alter table organisations alter column created_at drop default',
      'alter table organisations add check (length(name) < 100)',
      'create index on organisations (created_at)',
      'drop index api_tokens_by_organisation',
      'create function one() returns int language sql as $$ select 1 $$',
    ]) {
      const earlier = await describeSchema(database);
      await database.query(change);
      assert.notEqual(await describeSchema(database), earlier, change);
    }
  }));
