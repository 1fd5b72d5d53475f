import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../database/testing.ts';
import type { Database } from '../database/types.ts';
import { createRecordChange, verifyAuditLog } from './index.ts';

let now = Date.parse('2023-01-01T00:00:00.123Z');
const recordChange = createRecordChange(() => new Date(now++));

function record(database: Database, n: number): Promise<void> {
  return database.transaction((transaction) =>
    recordChange(transaction, {
      actor: 'service',
      action: 'meter-registered',
      subject: `meter:${n}`,
      details: { n, ü: 1.5, at: new Date(0), nothing: undefined, list: [1, 'ä'] },
      requestId: `r${n}`,
    }),
  );
}

test('changes of many transactions at once make one chain, which verifies', () =>
  withTestDatabase(async (database) => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => record(database, n)));
    const verdict = await verifyAuditLog(database);
    assert.ok(verdict.intact);
    assert.equal(verdict.entries, 30);
    const [last] = await database.query('select digest from audit_log order by id desc limit 1');
    assert.deepEqual(last?.digest, Buffer.from(verdict.head, 'hex'));
  }));

test('an empty log is intact', () =>
  withTestDatabase(async (database) => {
    assert.deepEqual(await verifyAuditLog(database), { intact: true, entries: 0, head: '0'.repeat(64) });
  }));

const forgeries: Record<string, string> = {
  'altered details': `update audit_log set details = '{"n": 7}' where id = 3`,
  'another actor': `update audit_log set actor = 'token:x' where id = 3`,
  'another time': `update audit_log set at = at + interval '1 second' where id = 3`,
  'a new digest': `update audit_log set digest = sha256('x') where id = 3`,
};
for (const [name, statement] of Object.entries(forgeries)) {
  test(`the first entry that does not fit is named: ${name}`, () =>
    withTestDatabase(async (database) => {
      for (let n = 0; n < 5; n += 1) await record(database, n);
      await database.query(statement);
      const verdict = await verifyAuditLog(database);
      assert.ok(!verdict.intact);
      assert.deepEqual(verdict.brokenAt, { id: '3', reason: 'it was altered after it was written' });
      assert.equal(verdict.entries, 2);
    }));
}

test('a removed entry shows at the one after it', () =>
  withTestDatabase(async (database) => {
    for (let n = 0; n < 5; n += 1) await record(database, n);
    await database.query('delete from audit_log where id = 3');
    const verdict = await verifyAuditLog(database);
    assert.ok(!verdict.intact);
    assert.equal(verdict.brokenAt.id, '4');
    assert.match(verdict.brokenAt.reason, /removed/);
  }));

test('an entry whose transaction rolls back leaves no gap in the chain', () =>
  withTestDatabase(async (database) => {
    await record(database, 1);
    await assert.rejects(
      database.transaction(async (transaction) => {
        await recordChange(transaction, { actor: 'service', action: 'x', subject: 'y' });
        throw new Error('no');
      }),
    );
    await record(database, 2);
    const verdict = await verifyAuditLog(database);
    assert.equal(verdict.intact && verdict.entries, 2);
  }));

test('details with a secret are refused, all at once and by place, and nothing is written', () =>
  withTestDatabase(async (database) => {
    await assert.rejects(
      database.transaction((transaction) =>
        recordChange(transaction, {
          actor: 'service',
          action: 'person-added',
          subject: 'person:1',
          details: {
            password: 'x',
            deep: [{ apiToken: 'y' }],
            privateKey: 'z',
            tokenId: 'fine',
            tokenName: 'fine',
          },
        }),
      ),
      (error: Error) => {
        assert.match(
          error.message,
          /"person-added" would hold secrets: \/password, \/deep\/0\/apiToken, \/privateKey\./,
        );
        return true;
      },
    );
    assert.deepEqual(await database.query('select id from audit_log'), []);
  }));
