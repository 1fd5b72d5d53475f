import type { LedgerStatus } from '../hours/index.ts';
import type { CollectorHealth } from '../inventory/index.ts';
import type { ProductSettings } from '../settings/index.ts';

/** See product-run.ts for what each means. */
export type ProductState = 'starting' | 'reached' | 'unreachable' | 'needs-person' | 'paused';

/** One product as it is metered now. Times are milliseconds since the epoch by our own clock, unless said. */
export interface ProductStatus extends Pick<ProductSettings, 'name' | 'type' | 'address' | 'port' | 'user'> {
  readonly state: ProductState;
  readonly stateSince: number;
  /** A FailureCode, `disk-full` or `disk-failed`; undefined while it is reached. */
  readonly code: string | undefined;
  /** The same for people; no secret. */
  readonly reason: string | undefined;
  /** When it is tried again. */
  readonly nextTryAt: number | undefined;
  /** When its settings were read. */
  readonly changedAt: number;
  readonly lastReadingAt: number | undefined;
  readonly lastInventoryAt: number | undefined;
  readonly readings: number;
  readonly health: CollectorHealth | undefined;
  readonly ledger: LedgerStatus | undefined;
}
