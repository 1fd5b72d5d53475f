import { mkdir, rm } from 'node:fs/promises';
import type { ReportType } from '@meterhouse/contract';
import { SHIPPED_RULE_SETS } from '@meterhouse/metering';
import type { Archive } from '../platform/archive/types.ts';
import type { Database, Transaction } from '../platform/database/types.ts';
import type { Engine } from '../platform/engine/types.ts';
import type { Logger, Routes } from '../platform/http/types.ts';
import type { JobPayloads, Jobs } from '../platform/jobs/types.ts';
import type { Metrics } from '../platform/telemetry/index.ts';
import { meterMonthQueue } from '../usage/index.ts';
import type { RuleSets } from './places.ts';
import { createRenditions } from './renditions/renditions.ts';
import { oldestDue, staleMonths } from './renewal/oldest-due.ts';
import { removeSuperseded } from './renewal/remove-superseded.ts';
import { renewReports } from './renewal/renew-reports.ts';
import { noteChange } from './renewal/request-renewal.ts';
import { reportsRoutes } from './routes.ts';

export interface ReportsOptions {
  readonly database: Database;
  readonly engine: Engine;
  readonly archive: Archive;
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: () => Date;
  /** Counts a rendering that somebody asked for against the organisation's quota. @throws problem `quota-exceeded` */
  readonly takeRendering: (organisationId: string) => Promise<void>;
  /** A folder of this service alone, on the disk of the archive; what is left in it from before is removed. */
  readonly reportsFolder: string;
  /** The shortest time between two renewals of a long history, seconds. */
  readonly renewalPauseSeconds: number;
  /** By the name that contracts give them; the shipped ones at first. */
  readonly ruleSets?: RuleSets;
}

/** What is owed, as files that never change: rendering, issuing and sending the reports of meters and months. */
export interface Reports {
  /** Clears what a crash left behind. Before the first job. */
  prepare(): Promise<void>;
  /**
   * To be called in the transaction in which usage of a meter's month (`2023-01`) has changed: the reports are renewed after
   * it, requests that come close together at once.
   */
  requestRenewal(transaction: Transaction, meterId: string, month: string): Promise<void>;
  /** The job `reports-renew`. */
  renew(payload: JobPayloads['reports-renew']): Promise<void>;
  /** A chore of housekeeping. */
  removeSuperseded(): Promise<number>;
  readonly routes: readonly Routes[];
}

export function createReports(options: ReportsOptions): Reports {
  const { database, archive, jobs, metrics, clock, reportsFolder } = options;

  const renderSeconds = metrics.histogram<'type'>(
    'report_render_seconds',
    'Rendering one report, packed and digested, by type.',
    [0.05, 0.2, 0.5, 1, 2, 5, 10, 30],
    ['type'],
  );
  const renewals = metrics.counter<'outcome'>(
    'reports_rendered_total',
    'Reports that were rendered: issued under a new ref, or unchanged.',
    ['outcome'],
  );
  const renditionSeconds = metrics.histogram<'form'>(
    'report_rendition_seconds',
    'Rendering one report in a form besides TSV, digested, by form.',
    [0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 120],
    ['form'],
  );
  metrics.gauge('reports_stale_months', 'Months whose reports do not say yet what has come.', () =>
    staleMonths(database),
  );
  metrics.gauge(
    'report_renewal_lag_seconds',
    'How long the most overdue reports have been due.',
    async () => {
      const since = await oldestDue(database, clock());
      return since === undefined ? 0 : Math.max(0, (clock().getTime() - since.getTime()) / 1000);
    },
  );

  /** One job waits at most per `kind`, meter and month; loads of the month run before or after it, never beside. */
  function ask(on: Transaction, kind: string, meterId: string, month: string, runAt: Date): Promise<void> {
    const queue = meterMonthQueue(meterId, month);
    return jobs.add(
      on,
      'reports-renew',
      { meterId, month },
      { queue, key: `${kind}:${meterId}:${month}`, runAt },
    );
  }

  const tools = {
    ...options,
    folder: reportsFolder,
    ruleSets: options.ruleSets ?? SHIPPED_RULE_SETS,
    timed: (type: ReportType, seconds: number) => renderSeconds.observe({ type }, seconds),
    counted(issued: number, unchanged: number) {
      renewals.inc({ outcome: 'issued' }, issued);
      renewals.inc({ outcome: 'unchanged' }, unchanged);
    },
    askAgain: (on: Transaction, meterId: string, month: string, at: Date) =>
      ask(on, 'reports-look', meterId, month, at),
  };

  const renditions = createRenditions({
    ...options,
    folder: reportsFolder,
    timed: (form, seconds) => renditionSeconds.observe({ form }, seconds),
  });

  return {
    async prepare() {
      await rm(reportsFolder, { recursive: true, force: true });
      await mkdir(reportsFolder, { recursive: true, mode: 0o700 });
    },
    async requestRenewal(transaction, meterId, month) {
      const due = await noteChange(transaction, meterId, month, clock(), options.renewalPauseSeconds);
      await ask(transaction, 'reports-renew', meterId, month, due);
    },
    renew: ({ meterId, month }) => renewReports(tools, meterId, month),
    removeSuperseded: () => removeSuperseded(database, archive, clock()),
    routes: [reportsRoutes({ database, archive, renditions, clock })],
  };
}
