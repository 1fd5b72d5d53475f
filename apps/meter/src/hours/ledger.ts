/**
 * The ledger of one product: it takes what a collector tells and gives closed hours on the disk.
 *
 *   open       after openLedger and after each `unreachable`: nobody watches. Its first reading must be an inventory.
 *   watching   from an inventory on. Each reading moves `since` to its `seen`, and the seconds until then are covered.
 *
 * What lies between `since` and the inventory that begins the next watch is a gap: covered when the product's own log proves
 * what happened in it, missing otherwise. See docs/meter/hours.md.
 */
import type {
  FailureCode,
  HostState,
  MachineState,
  Place,
  ProductIdentity,
  Reading,
} from '../inventory/index.ts';
import type { Labels } from './labels.ts';
import type { Privacy } from './privacy.ts';

/** Why nobody watches. */
export type GapReason = FailureCode | 'meter-stopped';

export interface Ledger {
  /** Up to when, by the product's clock, everything is known: for `Collector.watch({ since })`. Undefined before the first reading. */
  readonly since: number | undefined;
  /** Who the product said it is; undefined before the first reading. */
  readonly product: ProductIdentity | undefined;
  /**
   * Tells that a watch begins, so that its first inventory is not taken for a later one of the same connection: what lies
   * between `since` and it is a gap. To be called before each `Collector.watch`.
   */
  begin(): void;
  /**
   * Takes a reading and closes each hour that its `seen` has passed. It may be called again before it has resolved: readings
   * are taken in the order of the calls and share a sync. When it rejects, the watch has to be ended and a new one begun from
   * `since`: what was not kept is then told again.
   * @returns when the reading, and each hour that it closed, is on the disk
   * @throws CollectorFailure `another-product`; `answer-not-understood` for a reading that cannot be right
   * @throws LedgerError `disk-full`, `disk-failed`
   */
  take(reading: Reading): Promise<void>;
  /**
   * Tells that the product cannot be watched, and why; to be called at each try that fails and each tick in between. Hours
   * that our own clock has passed are closed as `partial` or `unreachable` with this reason, for as long as nothing better is known.
   * @param now Unix seconds by our own clock
   * @throws LedgerError `disk-full`, `disk-failed`
   */
  unreachable(reason: GapReason, now: number): Promise<void>;
  /** Other rules: from the end of the next reading on. */
  relabel(labels: Labels): void;
  /** Another setting: from the next hour that is closed on. */
  setPrivacy(privacy: Privacy): void;
  status(): LedgerStatus;
  /** What the product consists of now, as far as it was told. It moves on with the readings. */
  inventory(): {
    readonly machines: Iterable<MachineState>;
    readonly hosts: Iterable<HostState>;
    readonly places: Iterable<Place>;
  };
  /** Ends when what was called before has ended. Nothing is lost without it: what was taken is on the disk. */
  close(): Promise<void>;
}

export interface LedgerStatus {
  readonly product: ProductIdentity | undefined;
  readonly watching: boolean;
  readonly machines: number;
  readonly running: number;
  readonly hosts: number;
  readonly clusters: number;
  /** Up to when everything is known, Unix seconds by the product's clock. */
  readonly since: number | undefined;
  /** Start of the hour that `since` lies in, and how many of its seconds are covered. */
  readonly hour: number | undefined;
  readonly coveredSeconds: number;
  /** Closed hours that no package holds yet. */
  readonly waiting: number;
  /** Bytes of the state and of what was told since the hour began. */
  readonly ledgerBytes: number;
}
