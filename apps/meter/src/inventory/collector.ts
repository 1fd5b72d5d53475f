/**
 * The one interface of a collector. A collector is a folder of `collectors/` that gives this; the rest of the meter knows no
 * hypervisor. See docs/collectors.md for how to write the next one.
 */
import type { Reading } from './reading.ts';

export interface WatchOptions {
  /** Ends the watch: connections are closed, the iteration returns. */
  readonly signal: AbortSignal;
  /** Up to when (product's clock) everything is known already; undefined at the very first watch. */
  readonly since?: number;
}

export interface Collector {
  /**
   * One connection's life: connects, gives the whole inventory, then each change, for as long as the connection holds. It
   * does not reconnect by itself: whoever watches does, with backoff and for ever.
   *
   * Readings come at least every `settings.poll` seconds, also when nothing changed, so that `seen` moves on.
   * @throws CollectorFailure when the connection cannot be made or ends; what was yielded before stands
   */
  watch(options: WatchOptions): AsyncIterable<Reading>;
  /** How the collector sees its product now; asked for status, never for metering. */
  health(): CollectorHealth;
}

export interface CollectorHealth {
  /** Product's clock minus ours, seconds, as last measured; undefined before the first measure. */
  readonly skewSeconds: number | undefined;
  /** Rights or parts of the answer that are lacking, in words for a person: metering goes on without them. */
  readonly lacking: readonly string[];
  /** Requests sent and bytes taken since the start. */
  readonly requests: number;
  readonly bytes: number;
}

/**
 * Why a product cannot be watched. The code becomes the reason of the unreachable hours in the package, so it is one of
 * a fixed list; the message is for people and never holds a password or a token.
 */
export type FailureCode =
  | 'connection-refused'
  | 'connection-lost'
  | 'timed-out'
  | 'name-not-found'
  | 'certificate-not-trusted'
  | 'certificate-changed'
  | 'login-refused'
  | 'password-missing'
  | 'rights-missing'
  | 'another-product'
  | 'answer-not-understood'
  | 'service-unavailable'
  | 'internal';

export class CollectorFailure extends Error {
  readonly code: FailureCode;
  /**
   * True when trying again without a person's help makes no sense (a changed certificate, a refused password): it is still
   * tried, but rarely, and shown as waiting for a person.
   */
  readonly needsPerson: boolean;

  constructor(
    code: FailureCode,
    message: string,
    options: { readonly needsPerson?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CollectorFailure';
    this.code = code;
    this.needsPerson = options.needsPerson ?? false;
  }
}
