import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { parseMonth, SHIPPED_RULE_SETS } from '@meterhouse/metering';
import type { Engine, EngineLane } from '@meterhouse/service/engine';
import { placesOf, renderMonth } from '@meterhouse/service/reports';
import { PROVIDER } from '../service/provider.ts';

/**
 * Runs the statements of a meter's five reports, each to nowhere: the reports room asks them itself, in its own order and as
 * many side by side, on a lane that leaves out the writing. What the room makes of the answers is done on empty files.
 */
export async function reportsToNowhere(
  engine: Engine,
  { meterId, month, folder }: { meterId: string; month: string; folder: string },
): Promise<void> {
  const bounds = parseMonth(month);
  const whole = { from: bounds.first, until: bounds.last };
  const contract = { number: PROVIDER.contract, ruleSet: PROVIDER.ruleSet };
  const places = placesOf([{ ...whole, contract, site: { name: PROVIDER.site } }], SHIPPED_RULE_SETS, bounds);
  const products = await engine.reports.rows<{ id: string }>(
    'SELECT DISTINCT toString(product) AS id FROM usage_vm WHERE meter = {meter:UInt64}',
    { meter: meterId },
  );
  await renderMonth(
    toNowhere(engine.reports),
    {
      meterId,
      month: bounds,
      places,
      products: products.map(({ id }) => ({ id, type: 'vCenter' })),
      missingHours: '0.000',
    },
    folder,
  );
}

const WRITING = /^\s*INSERT INTO FUNCTION file\([^)]*\)/;
const NOTHING = gzipSync('\n');

function toNowhere(lane: EngineLane): EngineLane {
  return {
    rows: (sql, values) => lane.rows(sql, values),
    async command(sql, values) {
      if (!WRITING.test(sql) || typeof values?.path !== 'string')
        throw new Error(`a statement that is not known to write a report: ${sql.slice(0, 80)}`);
      await lane.command(`${sql.replace(WRITING, '')} FORMAT Null`, values);
      await writeFile(values.path, NOTHING);
    },
  };
}
