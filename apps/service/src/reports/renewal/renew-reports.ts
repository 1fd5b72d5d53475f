import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Month, parseMonth, roundHalfAway } from '@meterhouse/metering';
import type { Archive } from '../../platform/archive/types.ts';
import { crashPoint } from '../../platform/crash/crash-point.ts';
import type { Database, Transaction } from '../../platform/database/types.ts';
import type { Engine } from '../../platform/engine/types.ts';
import type { Logger } from '../../platform/http/types.ts';
import { assignmentsOfMonth } from '../../registry/index.ts';
import { coverageOfMonth } from '../../usage/index.ts';
import { placesOf, type RuleSets } from '../places.ts';
import { type MonthToRender, renderMonth, type Timed } from '../render/render-month.ts';
import { type ArchivedReport, archiveFolder, archiveReport } from './archive-reports.ts';
import { countUsage } from './count-usage.ts';
import { currentDigests } from './current-digests.ts';
import { findRenewal, type Renewal } from './find-renewal.ts';
import { finishRenewal } from './finish-renewal.ts';
import { insertReport } from './insert-report.ts';
import { nextLook } from './next-look.ts';
import { supersedeReports } from './supersede-reports.ts';
import { sweepArchive } from './sweep-archive.ts';

export interface RenewalTools {
  readonly database: Database;
  readonly engine: Engine;
  readonly archive: Archive;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** A folder of this service alone, that the engine can write to. */
  readonly folder: string;
  readonly ruleSets: RuleSets;
  readonly timed: Timed;
  /** Counts what came of a renewal. */
  readonly counted: (issued: number, unchanged: number) => void;
  /** Asks for the job again at that time, in the transaction that records this one. */
  readonly askAgain: (transaction: Transaction, meterId: string, month: string, at: Date) => Promise<void>;
}

/**
 * Makes the provisional reports of a meter's month (`2023-01`) say what the usage tables say. It runs in the queue of the
 * month, so no package moves in meanwhile, and any number of times:
 *
 *   fresh     wanted = rendered. A change (an upload was loaded) counts `wanted` up, in the change's own transaction.
 *   stale     wanted > rendered. The job takes the count of now as its basis and
 *               1. renders the five reports into a folder of its own; a crash leaves it for the next start to clear;
 *               2. archives those whose TSV differs from the current one, under names made from basis and bytes; a crash
 *                  leaves files without a record, which the next renewal finds again or sweeps;
 *               3. records, in one transaction: rendered = basis, the old refs superseded, the new ones issued. A report
 *                  that says the same keeps its ref.
 *   A change during the work leaves the month stale with a job of its own. A month that is not settled is looked at again
 *   after a day (next-look.ts). Closing a month will issue final reports beside these, with a revision.
 */
export async function renewReports(tools: RenewalTools, meterId: string, monthName: string): Promise<void> {
  const { database, engine, archive, clock, logger } = tools;
  const renewal = await findRenewal(database, meterId, monthName);
  const month = parseMonth(monthName);
  const startedAt = clock();
  if (renewal === undefined || !isDue(renewal, month, startedAt)) return;
  const began = performance.now();
  const basis = renewal.wanted;

  await using files = await temporaryFolder(tools.folder);
  const inputs = await gather(tools, meterId, month, startedAt);
  const usageRows = await countUsage(engine.reports, meterId, { from: month.first, until: month.last });
  const rendered = await renderMonth(engine.reports, inputs, files.path, tools.timed);
  crashPoint('reports.after-render');

  const current = await currentDigests(database, meterId, monthName);
  const folder = archiveFolder(renewal.organisation_id, renewal.agent_id, monthName);
  const changed: ArchivedReport[] = [];
  for (const report of rendered)
    if (current.get(report.type) !== report.plainSha256.toString('hex')) {
      changed.push(await archiveReport(archive, folder, basis, report));
      crashPoint('reports.between-archives');
    }
  crashPoint('reports.after-archive');

  const finishedAt = clock();
  const milliseconds = performance.now() - began;
  const recorded = await database.transaction(async (transaction) => {
    const rendering = { meterId, month: monthName, basis, startedAt, finishedAt, milliseconds, usageRows };
    if (!(await finishRenewal(transaction, rendering))) return false;
    const types = changed.map(({ type }) => type);
    await supersedeReports(transaction, meterId, monthName, types, finishedAt);
    const place = { organisationId: renewal.organisation_id, meterId, month: monthName, basis };
    for (const report of changed) await insertReport(transaction, place, report, finishedAt);
    const again = nextLook(month, seconds(startedAt));
    if (again !== undefined) await tools.askAgain(transaction, meterId, monthName, new Date(again * 1000));
    return true;
  });
  crashPoint('reports.after-record');

  await sweepArchive(database, archive, folder);
  if (!recorded) return;
  tools.counted(changed.length, rendered.length - changed.length);
  logger.info(
    {
      agent: renewal.agent_id,
      month: monthName,
      usageRows: usageRows.toString(),
      issued: changed.length,
      milliseconds: Math.round(milliseconds),
    },
    'reports renewed',
  );
}

function isDue({ wanted, rendered, rendered_at }: Renewal, month: Month, now: Date): boolean {
  if (rendered_at === null || wanted > rendered) return true;
  const again = nextLook(month, seconds(rendered_at));
  return again !== undefined && again <= seconds(now);
}

async function gather(
  { database, ruleSets }: RenewalTools,
  meterId: string,
  month: Month,
  now: Date,
): Promise<MonthToRender> {
  const assignments = await assignmentsOfMonth(database, meterId, month.name);
  const products = await coverageOfMonth(database, meterId, month.name, now);
  const missing = products.reduce((sum, product) => sum + BigInt(product.missing), 0n);
  return {
    meterId,
    month,
    places: placesOf(assignments, ruleSets, month),
    products: products.map(({ product, type }) => ({ id: product, type })),
    missingHours: roundHalfAway({ numerator: missing, denominator: 3600n }),
  };
}

async function temporaryFolder(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(parent, 'renewal-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
