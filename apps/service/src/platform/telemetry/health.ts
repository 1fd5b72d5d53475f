import { setTimeout as sleep } from 'node:timers/promises';

export interface Health {
  readonly ok: boolean;
  /** What a person would want to know: how far behind, how much is left. */
  readonly detail: string;
}
/** A room's answer to "does your work get on?". One that throws, or takes longer than five seconds, is not well. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<Health>;
}
export interface HealthReport {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, Health>>;
}

const patienceMilliseconds = 5_000;
/** Whoever asks more often gets the same answer: asking must not become work. */
const freshMilliseconds = 1_000;

/** Asks all rooms at once; well is who is well in all of them. */
export function createHealth(checks: readonly HealthCheck[]): () => Promise<HealthReport> {
  let last: { at: number; report: Promise<HealthReport> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > freshMilliseconds) last = { at: now, report: askAll(checks) };
    return last.report;
  };
}

async function askAll(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const answers = await Promise.all(checks.map(async (check) => [check.name, await ask(check)] as const));
  return { ok: answers.every(([, { ok }]) => ok), checks: Object.fromEntries(answers) };
}

async function ask({ check }: HealthCheck): Promise<Health> {
  const patience = new AbortController();
  const late = sleep(patienceMilliseconds, undefined, { signal: patience.signal, ref: false }).then(
    () => ({ ok: false, detail: `no answer within ${patienceMilliseconds / 1000} s` }),
    () => ({ ok: false, detail: '' }),
  );
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    patience.abort();
  }
}

/**
 * A check of what waits: not well once the oldest has waited for longer than `limitSeconds`. Waiting begins with `runningSince`
 * at the earliest: what a restored backup or a stopped service held could not be worked on before.
 */
export function waitingCheck(
  name: string,
  oldest: () => Promise<Date | undefined>,
  limitSeconds: number,
  clock: () => Date,
  runningSince: Date,
): HealthCheck {
  return {
    name,
    async check() {
      const since = await oldest();
      if (since === undefined) return { ok: true, detail: 'nothing waits' };
      const from = Math.max(since.getTime(), runningSince.getTime());
      const seconds = Math.max(0, Math.round((clock().getTime() - from) / 1000));
      return {
        ok: seconds <= limitSeconds,
        detail: `the oldest has waited for ${seconds} s; the limit is ${limitSeconds} s`,
      };
    },
  };
}
