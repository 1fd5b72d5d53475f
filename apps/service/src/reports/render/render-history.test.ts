import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { REPORTS } from '@meterhouse/contract';
import { parseMonth } from '@meterhouse/metering';
import { withTestEngine } from '../../platform/engine/testing.ts';
import type { Engine, EngineLane } from '../../platform/engine/types.ts';
import { createUsageTables } from '../../usage/index.ts';
import { vmSlices } from '../queries/vm-slices.ts';
import { renderHistory, renderInSlices } from './render-history.ts';

const { columns } = REPORTS.VM_HISTORY;
const month = parseMonth('2023-02');
const scope = {
  meterId: '1',
  month: { from: month.first, until: month.last },
  capped: [{ from: month.first, until: month.last }],
};

let engine: Engine;
before(async () => {
  engine = await withTestEngine();
  await createUsageTables(engine);
  // 40 machines of two products, each with 50 hours that all differ; UUIDs from a hash, so that no two orders agree by chance.
  await engine.loads.command(
    `INSERT INTO usage_vm (meter, upload, product, hour, vm, name, started, ended, power, vcpus, memoryMib)
     SELECT 1, 1, reinterpretAsUUID(MD5(toString(number % 2))), toDateTime({from:UInt32}) + intDiv(number, 40) * 3600 AS start,
       reinterpretAsUUID(MD5(concat('vm', toString(number % 40)))), 'web', start, start + 3600, 'on', 1 + intDiv(number, 40), 1024
     FROM numbers(2000)`,
    { from: month.first },
  );
});

async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-history-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A rendering as plain text; nothing but its file may be left. */
const rendered = (render: (path: string) => Promise<void>) =>
  withFolder(async (folder) => {
    await render(join(folder, 'history'));
    assert.deepEqual(await readdir(folder), ['history']);
    return gunzipSync(await readFile(join(folder, 'history'))).toString();
  });

/** The lane of the reports, with too little memory, counted at once, for the statements that `starves` picks by their number, from 0. */
function starving(starves: (statement: number) => boolean): EngineLane & { readonly statements: number } {
  let statements = 0;
  return {
    get statements() {
      return statements;
    },
    command(sql, values) {
      const own = starves(statements++)
        ? sql.replace(/max_memory_usage = \d+/, 'max_memory_usage = 100000, max_untracked_memory = 0')
        : sql;
      return engine.reports.command(own, values);
    },
    rows: (sql, values) => engine.reports.rows(sql, values),
  };
}

it('a history in slices is that of one statement byte for byte, however long the slices are', async () => {
  const whole = await rendered((path) => renderHistory(engine.reports, scope, columns, path));
  assert.equal(whole.split('\n').length, 2002);
  for (const rows of [1, 50, 75, 333, 2000, 5000])
    assert.equal(await rendered((path) => renderInSlices(engine.reports, scope, columns, path, rows)), whole);
});

it('slices are some rows long and cut no machine', async () => {
  const slices = await vmSlices(engine.reports, scope, 500);
  assert.equal(slices.length, 5, 'four of ten machines each, and what comes after the last');
  assert.deepEqual(slices[1]!.after, slices[0]!.upTo);
  assert.equal(slices.at(-1)!.upTo, undefined);
});

it('a history that wants more memory than a statement may have is rendered in slices', async () => {
  const lane = starving((statement) => statement === 0);
  const sliced = await rendered((path) => renderHistory(lane, scope, columns, path));
  assert.equal(lane.statements, 2);
  assert.equal(sliced, await rendered((path) => renderHistory(engine.reports, scope, columns, path)));
});

it('a slice that fails fails the rendering', () =>
  withFolder(async (folder) => {
    const lane = starving((statement) => statement === 2);
    await assert.rejects(
      renderInSlices(lane, scope, columns, join(folder, 'history'), 500),
      /memory limit exceeded/i,
    );
  }));
