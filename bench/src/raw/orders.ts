/**
 * How the raw engine reads the lines of a package:
 *
 *   strings    numbers, UUIDs and times as what they are, all else as plain strings: the fastest careless way
 *   one-thread the same, the lines read by one thread: less processor time, as nothing is copied between threads
 *   table      straight into the types of the tables
 */
export type RawForm = 'strings' | 'one-thread' | 'table';

export type Order =
  | { readonly does: 'open' | 'close' | 'largest-meter' }
  | {
      readonly does: 'load';
      readonly packages: readonly string[];
      readonly form: RawForm;
      readonly atOnce: number;
    }
  | { readonly does: 'reports'; readonly meterId: string; readonly month: string };

export interface Told {
  readonly error?: string;
  readonly seconds?: number;
  readonly processorSeconds?: number;
  readonly meterId?: string;
}
