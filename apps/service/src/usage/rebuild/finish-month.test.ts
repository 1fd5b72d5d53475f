import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Queryable } from '../../platform/database/index.ts';
import { withTestDatabase } from '../../platform/database/testing.ts';
import { finishMonth } from './finish-month.ts';

async function rebuildOfTwoMonths(database: Queryable) {
  const [organisation] = await database.query<{ id: string }>(
    `insert into organisations (name, created_at) values ('Acme Cloud', now()) returning id`,
  );
  const [meter] = await database.query<{ id: string }>(
    `insert into meters (organisation_id, agent_id, label, connectivity_mode)
     values ($1, gen_random_uuid(), 'um', 'ONLINE') returning id`,
    [organisation!.id],
  );
  const [rebuild] = await database.query<{ id: string }>(
    `insert into rebuilds (asked_by, asked_at) values ('service', now()) returning id`,
  );
  await database.query(
    `insert into rebuild_months (rebuild_id, meter_id, month) values ($1, $2, '2023-01-01'), ($1, $2, '2023-02-01')`,
    [rebuild!.id, meter!.id],
  );
  return { rebuildId: rebuild!.id, meterId: meter!.id };
}

test('a rebuild whose last two months end at the same moment ends', () =>
  withTestDatabase(async (database) => {
    const rebuild = await rebuildOfTwoMonths(database);
    const end = { ...rebuild, slices: 1, differences: [], at: new Date() };
    const finished = async () => {
      const [row] = await database.query<{ finished_at: Date | null }>(
        'select finished_at from rebuilds where id = $1',
        [rebuild.rebuildId],
      );
      return row!.finished_at !== null;
    };
    let other: Promise<void> | undefined;
    await database.transaction(async (transaction) => {
      await finishMonth(transaction, { ...end, month: '2023-01' });
      // The other one begins while this one is not committed: it waits, or goes on without having seen it.
      other = database.transaction((second) => finishMonth(second, { ...end, month: '2023-02' }));
      await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 300))]);
      assert.equal(await finished(), false);
    });
    await other;
    assert.equal(await finished(), true);
  }));
