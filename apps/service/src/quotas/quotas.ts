import { QUOTA_NAMES, type QuotaUse } from '@meterhouse/contract';
import type { RecordChange } from '../platform/audit/index.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database, Queryable, Transaction } from '../platform/database/index.ts';
import type { Routes } from '../platform/http/index.ts';
import { quotaExceeded } from './exceeded.ts';
import { type Limits, limitsOf } from './limits.ts';
import { type CountedQuota, periodOf, periods } from './periods.ts';
import { quotaRoutes } from './quota-routes.ts';
import { countMeters, forgetUse, raiseUse, readUse } from './use.ts';

export interface QuotasOptions {
  readonly database: Database;
  readonly recordChange: RecordChange;
  readonly clock: () => Date;
  /** What holds where nothing is set for an organisation. */
  readonly settings: Limits;
}

/**
 * How much an organisation may use, so that one that runs wild leaves the others their service. What is used is counted where
 * the change is decided, in its transaction: what is rolled back was not used, and two at once cannot both have the last place.
 */
export interface Quotas {
  /** Counts what a change uses. @throws problem `quota-exceeded`, which rolls the count back with the change */
  take(
    transaction: Transaction,
    organisationId: string,
    uses: Partial<Record<CountedQuota, number>>,
  ): Promise<void>;
  /** Refuses what would go beyond, before any work is done for it; counts nothing. @throws problem `quota-exceeded` */
  refuseBeyond(
    on: Queryable,
    organisationId: string,
    uses: Partial<Record<CountedQuota, number>>,
  ): Promise<void>;
  /** Before a meter is added or undeleted. @throws problem `quota-exceeded` */
  takeMeter(transaction: Transaction, organisationId: string): Promise<void>;
  /** All of them as the caller sees them. */
  uses(on: Queryable, organisationId: string): Promise<QuotaUse[]>;
  /** A chore of housekeeping. */
  forgetUse(): Promise<void>;
  /** Made apart, since changes by HTTP need the identity room, which is made later. */
  routes(makeChange: MakeChange): readonly Routes[];
}

export function createQuotas(options: QuotasOptions): Quotas {
  const { database, settings, clock } = options;

  async function check(
    on: Queryable,
    organisationId: string,
    uses: Partial<Record<CountedQuota, number>>,
    usedAfter: (quota: CountedQuota, amount: number, now: Date) => Promise<number>,
  ): Promise<void> {
    const now = clock();
    const limits = await limitsOf(on, organisationId, settings);
    // In one order, so that two that count the same never wait for each other in a circle.
    for (const quota of Object.keys(periods) as CountedQuota[]) {
      const amount = uses[quota];
      if (amount === undefined) continue;
      const used = await usedAfter(quota, amount, now);
      const limit = limits[quota];
      if (used > limit)
        throw quotaExceeded(quota, { limit, used: used - amount, resetsAt: periodOf(quota, now).end, now });
    }
  }

  const quotas: Quotas = {
    take: (transaction, organisationId, uses) =>
      check(transaction, organisationId, uses, (quota, amount, now) =>
        raiseUse(transaction, organisationId, quota, amount, now),
      ),
    refuseBeyond: (on, organisationId, uses) =>
      check(
        on,
        organisationId,
        uses,
        async (quota, amount, now) => (await readUse(on, organisationId, quota, now)) + amount,
      ),
    async takeMeter(transaction, organisationId) {
      // Until the transaction ends nobody else adds a meter here, so the count holds.
      await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `quota meters ${organisationId}`,
      ]);
      const { meters: limit } = await limitsOf(transaction, organisationId, settings);
      const used = await countMeters(transaction, organisationId);
      if (used >= limit) throw quotaExceeded('meters', { limit, used, now: clock() });
    },
    async uses(on, organisationId) {
      const now = clock();
      const limits = await limitsOf(on, organisationId, settings);
      const items: QuotaUse[] = [];
      for (const quota of QUOTA_NAMES) {
        const limit = limits[quota];
        if (quota === 'meters') items.push({ quota, limit, used: await countMeters(on, organisationId) });
        else
          items.push({
            quota,
            limit,
            used: await readUse(on, organisationId, quota, now),
            resetsAt: periodOf(quota, now).end.toISOString(),
          });
      }
      return items;
    },
    forgetUse: () => forgetUse(database, clock()),
    routes: (makeChange) => [quotaRoutes({ ...options, quotas, makeChange })],
  };
  return quotas;
}
