/**
 * An hour of one product that is over, as it lies on the disk: ready to be put into a package and not to be changed any more.
 * A better reading of the same hour (unreachable, then partial, then collected) is another one with a higher `version`.
 */
import type { PackageHour, PartKind } from '@meterhouse/contract';
import type { ProductIdentity } from '../inventory/index.ts';

export interface ClosedHour {
  readonly product: ProductIdentity;
  /** As the package will list it. */
  readonly listed: PackageHour;
  /** Counts up from 1 with each better reading of this hour. */
  readonly version: number;
  /** The folder that holds its files. */
  readonly folder: string;
  /** Gzip NDJSON of whole records, canonical lines; a kind without records has no file. */
  readonly files: { readonly [Kind in PartKind]?: { readonly path: string; readonly records: number } };
}

/** Hours that wait for a package. */
export interface ClosedHours {
  /** All that wait, ascending by hour, then product, then version. */
  waiting(): Promise<readonly ClosedHour[]>;
  /** Folders of hours that wait and whose `hour.json` cannot be read: they are none of those that wait. */
  unreadable(): Promise<readonly string[]>;
  /** Removes hours that a package on the disk holds. */
  remove(hours: readonly ClosedHour[]): Promise<void>;
}
