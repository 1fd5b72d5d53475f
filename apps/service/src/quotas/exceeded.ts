import { Problem, QUOTAS, type QuotaName } from '@meterhouse/contract';

/** Meters do not come back by waiting; a script that asks again in an hour may find that one was deleted. */
const meterPauseSeconds = 3600;

/** The refusal of what goes beyond a quota. `used` is without what was refused. */
export function quotaExceeded(
  quota: QuotaName,
  { limit, used, resetsAt, now }: { limit: number; used: number; resetsAt?: Date; now: Date },
): Problem {
  const pause =
    resetsAt === undefined
      ? meterPauseSeconds
      : Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000));
  return new Problem('quota-exceeded', {
    detail: `The quota ${quota} is ${limit}, and ${used} are used. ${QUOTAS[quota]}`,
    headers: { 'Retry-After': String(pause) },
    members: {
      quota,
      limit,
      used,
      ...(resetsAt === undefined ? {} : { resetsAt: resetsAt.toISOString() }),
    },
  });
}
