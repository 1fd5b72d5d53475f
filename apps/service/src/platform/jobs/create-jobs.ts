import type { Jobs } from './types.ts';

/**
 * Attempts are never used up: what a job carries is money, so it is tried until it works and shows on `/healthz` meanwhile.
 * This is the largest number the column takes; `hasten-retries.ts` keeps the count below it.
 */
const endless = 32_767;

/** Adds jobs. It needs nothing but the caller's transaction, so it can be made before the runner is started. */
export function createJobs(): Jobs {
  return {
    async add(on, name, payload, options = {}) {
      await on.query(
        `select graphile_worker.add_job(
           $1, $2::json, queue_name := $3, run_at := $4, job_key := $5, max_attempts := $6, job_key_mode := 'replace')`,
        [
          name,
          JSON.stringify(payload),
          options.queue ?? null,
          options.runAt ?? null,
          options.key ?? null,
          endless,
        ],
      );
    },
  };
}
