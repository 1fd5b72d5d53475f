import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { REPORTS, type ReportType } from '@meterhouse/contract';
import {
  currentSlices,
  type MeterMonth,
  meterReports,
  missingHours,
  type RuleSet,
  roundHalfAway,
  toTsv,
} from '@meterhouse/metering';
import { withTestEngine } from '../platform/engine/testing.ts';
import type { Engine, EngineLane } from '../platform/engine/types.ts';
import { createUsageTables } from '../usage/index.ts';
import { cappedHours, placesOf } from './places.ts';
import { renderInSlices } from './render/render-history.ts';
import { renderMonth } from './render/render-month.ts';
import { insertUsage } from './testing-usage.ts';

let engine: Engine;
let meters = 0;

before(async () => {
  engine = await withTestEngine();
  await createUsageTables(engine);
});

/** The lane of the reports, reading in blocks of three rows: then runs are cut by their borders everywhere. */
function inTinyBlocks(lane: EngineLane): EngineLane {
  const tiny = (sql: string) => {
    assert.match(sql, /max_block_size = \d+/);
    return sql.replace(/max_block_size = \d+/, 'max_block_size = 3');
  };
  return {
    command: (sql, values) => lane.command(tiny(sql), values),
    rows: (sql, values) => lane.rows(tiny(sql), values),
  };
}

/** In how many inserts the records go in, and how the engine reads them. */
export interface Reading {
  readonly parts?: number;
  readonly tinyBlocks?: boolean;
}

/** What the engine renders of a month, as plain text by report. */
async function byEngine(
  input: MeterMonth,
  { parts = 1, tinyBlocks = false }: Reading,
): Promise<Record<ReportType, string>> {
  const meterId = String(++meters);
  const slices = currentSlices(input);
  await insertUsage(
    engine,
    meterId,
    {
      vm: slices.flatMap(({ vms }) => vms),
      host: slices.flatMap(({ hosts }) => hosts),
      cluster: slices.flatMap(({ clusters }) => clusters),
    },
    parts,
  );
  const ruleSets: Record<string, RuleSet> = { plain: input.withoutContract };
  for (const [contract, ruleSet] of input.ruleSets) ruleSets[`of ${contract}`] = ruleSet;
  const assignments = input.assignments.map(({ from, until, contract, site }) => ({
    from: from ?? input.month.first,
    until: until ?? input.month.last,
    ...(contract === '' ? {} : { contract: { number: contract, ruleSet: `of ${contract}` } }),
    ...(site === '' ? {} : { site: { name: site } }),
  }));
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-reports-'));
  try {
    const rendered = await renderMonth(
      tinyBlocks ? inTinyBlocks(engine.reports) : engine.reports,
      {
        meterId,
        month: input.month,
        places: placesOf(assignments, ruleSets, input.month),
        products: input.products,
        missingHours: roundHalfAway(missingHours(input)),
      },
      folder,
    );
    const texts: Partial<Record<ReportType, string>> = {};
    for (const { type, path, rows } of rendered) {
      const text = gunzipSync(await readFile(path)).toString();
      assert.equal(rows, text.split('\n').length - 2);
      texts[type] = text;
    }
    const sliced = join(folder, 'sliced');
    const places = placesOf(assignments, ruleSets, input.month);
    const scope = {
      meterId,
      month: { from: input.month.first, until: input.month.last },
      capped: cappedHours(places),
    };
    await renderInSlices(engine.reports, scope, REPORTS.VM_HISTORY.columns, sliced, 2);
    assert.equal(gunzipSync(await readFile(sliced)).toString(), texts.VM_HISTORY, 'in slices');
    return texts as Record<ReportType, string>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** That the engine and the oracle render the same bytes of a month; gives them. */
export async function assertAgrees(
  input: MeterMonth,
  reading: Reading = {},
): Promise<Record<ReportType, string>> {
  const expected = meterReports(input);
  const actual = await byEngine(input, reading);
  for (const type of Object.keys(REPORTS) as ReportType[])
    assert.equal(actual[type], toTsv(REPORTS[type].columns, expected[type]), type);
  return actual;
}
