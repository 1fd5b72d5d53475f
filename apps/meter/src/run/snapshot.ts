import type { UploadStatus } from '../upload/index.ts';
import type { ProductStatus } from './product-status.ts';

/** The whole meter at one moment, for people and for the API; nothing in it is secret. Times are milliseconds since the epoch. */
export interface MeterSnapshot {
  /** UUID of the meter. */
  readonly agent: string;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** When this was so. */
  readonly at: number;
  /** True in the last one of a meter that ended in good order. */
  readonly stopped: boolean;
  /** Base address of the service; undefined for an OFFLINE meter. */
  readonly service: string | undefined;
  readonly activated: boolean;
  readonly products: readonly ProductStatus[];
  readonly upload: UploadStatus;
  /** Bytes that packages and waiting hours may take. */
  readonly spoolLimitBytes: number;
  /** The last time that our own clock was set, and by how much. */
  readonly clockJump: { readonly at: number; readonly milliseconds: number } | undefined;
  /** Why the settings on the disk are not the ones in force; undefined when they are. */
  readonly settingsRefused: readonly string[] | undefined;
}
