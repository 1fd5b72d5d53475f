import { type AttemptRates, type ConfirmCaller, createAttemptLimits } from '../identity/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/types.ts';
import type { Logger, Routes } from '../platform/http/index.ts';
import type { JobPayloads, Jobs } from '../platform/jobs/types.ts';
import type { Quotas } from '../quotas/index.ts';
import { createActivateMeter } from './activate-meter.ts';
import { activationRoutes } from './activation-routes.ts';
import { createMakeActivationToken } from './activation-tokens.ts';
import { createChangeMeter } from './change-meter.ts';
import { createCompromiseKey } from './compromise-key.ts';
import { createSetDeleted } from './delete-meter.ts';
import { type CoverageOf, createShowMeter } from './describe-meters.ts';
import { createFinishRegistration } from './finish-registration.ts';
import { keyRoutes } from './key-routes.ts';
import { meterRoutes } from './meter-routes.ts';
import { createRegisterAgent } from './register-agent.ts';
import { registrationRoutes } from './registration-routes.ts';

export interface RegistryOptions {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly recordChange: RecordChange;
  readonly confirmCaller: ConfirmCaller;
  readonly makeChange: MakeChange;
  readonly coverageOf: CoverageOf;
  readonly quotas: Pick<Quotas, 'takeMeter'>;
  readonly attemptRates?: AttemptRates;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** The meters of the organisations: registrations, assignments, keys. */
export interface Registry {
  /** The job `registration-finish`. */
  finishRegistration(payload: JobPayloads['registration-finish']): Promise<void>;
  readonly routes: readonly Routes[];
}

export function createRegistry(options: RegistryOptions): Registry {
  const { database } = options;
  const limits = createAttemptLimits(options.attemptRates);
  const tools = { ...options, showMeter: createShowMeter(options) };
  return {
    finishRegistration: createFinishRegistration(options),
    routes: [
      registrationRoutes({ database, registerAgent: createRegisterAgent(options) }),
      activationRoutes({
        makeActivationToken: createMakeActivationToken(options),
        activateMeter: createActivateMeter({ ...options, limits }),
        limits,
      }),
      meterRoutes({ ...tools, changeMeter: createChangeMeter(tools), setDeleted: createSetDeleted(tools) }),
      keyRoutes({ ...options, compromiseKey: createCompromiseKey(options) }),
    ],
  };
}
