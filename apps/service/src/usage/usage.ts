import type { KeyLookup } from '@meterhouse/metering';
import type { Archive } from '../platform/archive/index.ts';
import type { Database, Transaction } from '../platform/database/index.ts';
import type { Engine } from '../platform/engine/index.ts';
import type { Logger, Routes } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import { countRowsByUpload, type UploadRows } from './compare/count-rows-by-upload.ts';
import { mendUsage, type UsageDifference } from './compare/mend-usage.ts';
import { coverageRoutes } from './coverage/coverage-routes.ts';
import { loadUpload } from './load/load-upload.ts';
import { monthRoutes } from './months/month-routes.ts';
import { rebuildMonth } from './rebuild/rebuild-month.ts';
import { type RebuildTools, rebuildRoutes } from './rebuild/rebuild-routes.ts';
import { type Judgement, type JudgeRequest, judgePackage } from './stage/judge-package.ts';
import { dropStage } from './stage/stage.ts';
import { sweepStages } from './stage/sweep-stages.ts';
import { createUsageTables } from './tables/tables.ts';

export interface UsageOptions {
  readonly database: Database;
  readonly engine: Engine;
  readonly archive: Archive;
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly clock: () => Date;
  readonly recordChange: RebuildTools['recordChange'];
  readonly makeChange: RebuildTools['makeChange'];
  /** A folder of this service alone, on a disk that the engine can read: parts of packages while they are staged. */
  readonly stageFolder: string;
  /** The public keys of a meter by thumbprint, also one that has come into wrong hands; undefined for one it never had. */
  readonly keysOf: (meterId: string) => KeyLookup;
  /** What the parts of one package together may unpack to. */
  readonly unpackedBytes: number;
  /** Of the reports room: told in the transaction in which rows of this meter's month have changed. */
  readonly usageChanged: (transaction: Transaction, meterId: string, month: string) => Promise<void>;
}

/** What ran: staging and checking packages, moving them in, and keeping the engine's rows what the records say. */
export interface Usage {
  readonly stageFolder: string;
  /** Makes the tables and removes what a crash left behind. Before the first upload and the first job. */
  prepare(): Promise<void>;
  judge(request: Omit<JudgeRequest, 'unpackedBytes'>): Promise<Judgement>;
  dropStage(tag: string): Promise<void>;
  /** The job `usage-load`. */
  load(payload: { uploadId: string }): Promise<void>;
  /** The job `usage-rebuild`. */
  rebuild(payload: { rebuildId: string; meterId: string; month: string }): Promise<void>;
  countRowsByUpload(): Promise<readonly UploadRows[]>;
  /** Compares rows with records and mends what differs; for the background, after a start. */
  mend(): Promise<readonly UsageDifference[]>;
  readonly routes: readonly Routes[];
}

export function createUsage(options: UsageOptions): Usage {
  const { database, engine, stageFolder, logger, unpackedBytes } = options;
  const tools = { ...options, folder: stageFolder };
  return {
    stageFolder,
    async prepare() {
      await createUsageTables(engine);
      await sweepStages(engine, database, stageFolder);
    },
    judge: (request) => judgePackage({ engine, folder: stageFolder, logger }, { ...request, unpackedBytes }),
    dropStage: (tag) => dropStage(engine, tag),
    load: ({ uploadId }) => loadUpload(tools, uploadId),
    rebuild: (payload) => rebuildMonth(tools, payload),
    countRowsByUpload: () => countRowsByUpload(engine),
    mend: () => mendUsage(tools),
    routes: [coverageRoutes(options), monthRoutes(options), rebuildRoutes(options)],
  };
}
