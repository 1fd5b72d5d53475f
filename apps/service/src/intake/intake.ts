import type { KeyLookup } from '@meterhouse/metering';
import { type ConfirmCaller, findServiceId } from '../identity/index.ts';
import type { Archive } from '../platform/archive/index.ts';
import type { RecordChange } from '../platform/audit/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Logger, Routes } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Metrics } from '../platform/telemetry/index.ts';
import type { Quotas } from '../quotas/index.ts';
import type { Usage } from '../usage/index.ts';
import { createAdmission } from './admission.ts';
import { createIntakeMetrics } from './metrics.ts';
import { uploadRoutes } from './upload-routes.ts';

/** Bytes, and seconds. */
export interface IntakeConfig {
  readonly maxPackageSize: number;
  readonly diskReserve: number;
  readonly futureSkew: number;
  readonly uploadIdleTimeout: number;
  readonly uploadTimeout: number;
}

export interface IntakeOptions {
  readonly config: IntakeConfig;
  readonly database: Database;
  readonly archive: Archive;
  readonly jobs: Jobs;
  readonly usage: Usage;
  readonly keysOf: (meterId: string) => KeyLookup;
  readonly confirmCaller: ConfirmCaller;
  readonly quotas: Pick<Quotas, 'take' | 'refuseBeyond'>;
  readonly recordChange: RecordChange;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/**
 * Uploads that come in at a time. A body takes as long as its sender likes and costs two open files, so there are many places,
 * and no organisation has them all.
 */
const RECEIVED = { atOnce: 64, share: 16, waiting: 256 };
/** Packages that are judged at a time; more would only divide two cores and the engine's memory. */
const JUDGED = { atOnce: 4, share: 4, waiting: 64 };

/** Packages in. */
export interface Intake {
  readonly routes: readonly Routes[];
}

export function createIntake(options: IntakeOptions & { readonly metrics: Metrics }): Intake {
  const admission = createAdmission(RECEIVED);
  let serviceId: Promise<string> | undefined;
  const tools = {
    ...options,
    admission,
    judging: createAdmission(JUDGED),
    metrics: createIntakeMetrics(options.metrics, admission.inFlight),
    underWay: new Map<string, Promise<unknown>>(),
    serviceId() {
      serviceId ??= findServiceId(options.database).catch((error: unknown) => {
        serviceId = undefined;
        throw error;
      });
      return serviceId;
    },
  };
  return { routes: [uploadRoutes(tools)] };
}
