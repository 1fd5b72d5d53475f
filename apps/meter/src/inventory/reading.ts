/**
 * What a collector tells, one reading after the other, in the order of the product's own clock.
 *
 * Times are Unix seconds by the product's clock. `seen` is the heart of it: a reading says that everything up to `seen` has been
 * told, so the hours room may count the seconds until then as covered. It never goes back within one connection.
 */
import type { PowerState } from '@meterhouse/contract';
import type { ClusterState, HostState, Inventory, MachineState, Place } from './states.ts';

/** One thing that changed, and when; the state is the one from then on. A thing not known before has been made. */
export type Change =
  | { readonly kind: 'machine'; readonly at: number; readonly state: MachineState }
  | { readonly kind: 'host'; readonly at: number; readonly state: HostState }
  | { readonly kind: 'cluster'; readonly at: number; readonly state: ClusterState }
  | { readonly kind: 'place'; readonly at: number; readonly state: Place }
  | {
      readonly kind: 'gone';
      readonly of: 'machine' | 'host' | 'cluster' | 'place';
      readonly at: number;
      readonly id: string;
    };

/**
 * What the product's own log says of one machine at one moment. `configured` without a value means that something of the
 * machine changed and the log does not say what.
 */
export interface Happening {
  readonly at: number;
  readonly machine: string;
  readonly what: 'made' | 'removed' | 'power' | 'moved' | 'configured';
  /** For `power`, and for `made` where the log says it: the state from then on. */
  readonly power?: PowerState;
  /** For `moved` and `made`: the id of the host from then on, where the log says it. */
  readonly host?: string;
  /** For `made`, where the log says it: a machine that was removed again before anybody looked is known by them alone. */
  readonly uuid?: string;
  readonly name?: string;
  /** For `configured` and `made`: what it became, as far as the log says. */
  readonly vcpus?: number;
  readonly memoryMib?: number;
  readonly reservationMib?: number;
}

/** What the product's log tells of a stretch of time in which nobody watched. */
export interface ProductLog {
  /** The log reaches back to here, or further: what is asked of an earlier time cannot be proven. */
  readonly from: number;
  /** Ascending by `at`. */
  readonly happenings: readonly Happening[];
}

export type Reading =
  | {
      /**
       * All there is, at `seen`. The first reading of every connection, and again at least every eight hours. When `since` was
       * given, the first one carries what the product's log says of the time from then on, if it keeps one.
       */
      readonly kind: 'inventory';
      readonly seen: number;
      readonly product: ProductIdentity;
      readonly inventory: Inventory;
      readonly log?: ProductLog;
    }
  | {
      /** What changed since the reading before, ascending by `at`; none at all just moves `seen` on. */
      readonly kind: 'changes';
      readonly seen: number;
      readonly changes: readonly Change[];
    };

/** Who the product says it is. */
export interface ProductIdentity {
  /** Its instance UUID, lower case: what records name it by. Another UUID at the same address is another product. */
  readonly id: string;
  /** `vCenter`, `libvirt`. */
  readonly type: string;
  readonly version: string;
}
