import { join } from 'node:path';
import { REPORTS, type ReportType } from '@meterhouse/contract';
import type { Month, Row } from '@meterhouse/metering';
import type { EngineLane } from '../../platform/engine/types.ts';
import { usageOfPlace } from '../measures/usage-of-place.ts';
import { customerMonthlyUsage } from '../monthly/customer-monthly-usage.ts';
import { type MeasuredPlace, monthlyUsage } from '../monthly/monthly-usage.ts';
import { cappedHours, type Place } from '../places.ts';
import { type Bindings, createBindings } from '../queries/bindings.ts';
import { clusterHistory } from '../queries/cluster-history.ts';
import { hourlyUsage } from '../queries/hourly-usage.ts';
import type { Product } from '../queries/where.ts';
import { type MeasuredReport, measureReport } from './measure-report.ts';
import { renderByEngine } from './render-by-engine.ts';
import { renderByNode } from './render-by-node.ts';
import { renderHistory } from './render-history.ts';

/** What the five reports of a meter's month are made from, besides the usage tables. */
export interface MonthToRender {
  readonly meterId: string;
  readonly month: Month;
  readonly places: readonly Place[];
  readonly products: readonly Product[];
  /** Printed product-hours that nobody metered. */
  readonly missingHours: string;
}

/** A report as a file of this machine, measured. */
export interface RenderedReport extends MeasuredReport {
  readonly type: ReportType;
  readonly path: string;
}

/** Told when each report is done, for the metrics. */
export type Timed = (type: ReportType, seconds: number) => void;

/**
 * Renders the five reports of a month into `folder`, which must be empty. Two statements run at a time: the long history of
 * machines, and beside it all others one after another; the monthly ones come from one set of sums.
 */
export async function renderMonth(
  lane: EngineLane,
  month: MonthToRender,
  folder: string,
  timed: Timed = () => {},
): Promise<readonly RenderedReport[]> {
  const work = [history(), others()] as const;
  // Nothing may still write into the folder when the caller removes it.
  await Promise.allSettled(work);
  const [long, short] = await Promise.all(work);
  return [long, ...short];

  function history(): Promise<RenderedReport> {
    return report('VM_HISTORY', (columns, path) => renderHistory(lane, scope(month), columns, path));
  }

  async function others(): Promise<readonly RenderedReport[]> {
    const places: MeasuredPlace[] = [];
    return [
      await report(
        'MONTHLY_USAGE',
        byNode(async () => {
          for (const place of month.places)
            places.push({ place, usage: await usageOfPlace({ lane, ...month, place }) });
          return monthlyUsage(places, month.month, month.missingHours);
        }),
      ),
      await report(
        'CUSTOMER_MONTHLY_USAGE',
        byNode(async () => customerMonthlyUsage(places, month.month)),
      ),
      await report(
        'CLUSTER_HISTORY',
        byEngine((bindings) => clusterHistory(scope(month), bindings)),
      ),
      await report(
        'HOURLY_USAGE',
        byEngine((bindings) => hourlyUsage(month.meterId, month.places, month.products, bindings)),
      ),
    ];
  }

  type Write = (columns: readonly string[], path: string) => Promise<void>;

  async function report(type: ReportType, write: Write): Promise<RenderedReport> {
    const path = join(folder, `${REPORTS[type].file}.tsv.gz`);
    const began = performance.now();
    await write(REPORTS[type].columns, path);
    const rendered = { type, path, ...(await measureReport(path)) };
    timed(type, (performance.now() - began) / 1000);
    return rendered;
  }

  function byEngine(statement: (bindings: Bindings) => string | undefined): Write {
    return async (columns, path) => {
      const bindings = createBindings();
      const select = statement(bindings);
      if (select === undefined) await renderByNode(columns, [], path);
      else await renderByEngine(lane, select, bindings.values, columns, path);
    };
  }

  function byNode(rows: () => Promise<readonly Row[]>): Write {
    return async (columns, path) => renderByNode(columns, await rows(), path);
  }
}

function scope({ meterId, month, places }: MonthToRender) {
  return { meterId, month: { from: month.first, until: month.last }, capped: cappedHours(places) };
}
