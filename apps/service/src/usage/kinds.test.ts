import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORDS } from '@meterhouse/contract';
import { withTestEngine } from '../platform/engine/testing.ts';
import { KIND_NAMES, KINDS } from './kinds.ts';
import { createUsageTables } from './tables/tables.ts';

const columnTypes: Record<string, RegExp> = {
  DateTime: /^DateTime\('UTC'\)$/,
  String: /^(LowCardinality\()?String\)?$/,
  Codes: /^Array\(LowCardinality\(String\)\)$/,
  Power: /^Enum8\('on' = 1, 'off' = 2, 'suspended' = 3\)$/,
  Category: /^Enum8\('rental' = 1, 'perpetual' = 2, 'demo' = 3, 'none' = 4, 'unknown' = 5\)$/,
};

test('each table has a column for every field of the contract, in its order and of its type', async () => {
  const engine = await withTestEngine();
  await createUsageTables(engine);
  for (const name of KIND_NAMES) {
    const { table, fields } = KINDS[name];
    const columns = await engine.reads.rows<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE table = {table:String} AND database = currentDatabase() ORDER BY position',
      { table },
    );
    assert.deepEqual(
      columns.map((column) => column.name),
      ['meter', 'upload', ...Object.keys(RECORDS[name].properties)],
    );
    for (const { name: field, type } of fields) {
      const column = columns.find((one) => one.name === field)!;
      assert.match(column.type, columnTypes[type] ?? new RegExp(`^${type}$`), `${name}.${field}`);
    }
  }
});
