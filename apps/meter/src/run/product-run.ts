/**
 * One product, watched for as long as the meter runs.
 *
 *   starting      its ledger is opened and the first connection is tried
 *   reached       readings come, and go to the ledger one after the other
 *   unreachable   the connection could not be made or has ended. The ledger is told at once and each minute, so that hours that
 *                 pass are closed as what they are; the next try comes after 1 s, then twice as long each time, up to 5 minutes,
 *                 for ever. A disk that refuses is waited for in the same way, with nothing told to the ledger
 *   needs-person  trying again makes no sense before somebody has done something (a changed certificate, a refused password).
 *                 It is tried all the same every 15 minutes, and at once when settings or passwords change
 *   paused        its settings say so: it is not watched and not expected
 *
 * When a watch begins again, the collector is told since when nothing is known, so that the product's own log can prove what
 * happened meanwhile. After a pause it is not: what nobody wanted metered is not metered from a log.
 */
import { type Ledger, LedgerError, type LedgerStatus } from '../hours/index.ts';
import {
  type Collector,
  CollectorFailure,
  type FailureCode,
  type ProductIdentity,
  type Reading,
} from '../inventory/index.ts';
import { counted, type Journal } from '../journal/index.ts';
import type { ProductSettings } from '../settings/index.ts';
import { type Backoff, pauseAfter, type Time } from '../time/index.ts';
import type { ProductState, ProductStatus } from './product-status.ts';
import { watched } from './watched.ts';

export interface ProductRunOptions {
  readonly product: ProductSettings;
  readonly time: Time;
  readonly journal: Journal;
  readonly createCollector: () => Collector;
  readonly openLedger: () => Promise<Ledger>;
  /** The pause that its settings asked for has just ended, or lasts; nothing is proven across it. */
  readonly afterPause: boolean;
  /**
   * Told when the product said who it is, before its inventory is taken: rules may depend on it.
   * @throws CollectorFailure when it may not be metered
   */
  readonly onIdentity: (identity: ProductIdentity, ledger: Ledger) => void;
  /** Told once the ledger has taken an inventory of it: it is who it says. */
  readonly onRecognised: (identity: ProductIdentity) => void;
  /** Told after each reading that is on the disk. */
  readonly onTaken: (ledger: Ledger) => void;
}

export interface ProductRun {
  readonly product: ProductSettings;
  /** Runs until the signal. Never rejects: what goes wrong is this product's own affair. */
  run(signal: AbortSignal): Promise<void>;
  /** Tries again now. */
  retry(): void;
  status(): ProductStatus;
  /** Undefined until it is open. */
  ledger(): Ledger | undefined;
}

interface Failure {
  /** For the ledger, and so for the package; undefined when it is our own disk that refuses. */
  readonly code: FailureCode | undefined;
  readonly shown: string;
  readonly message: string;
  readonly needsPerson: boolean;
}

const BACKOFF: Backoff = Object.freeze({ first: 1_000, longest: 300_000 });
const DISK_BACKOFF: Backoff = Object.freeze({ first: 1_000, longest: 60_000 });
const NEEDS_PERSON_MS = 900_000;
/** While a product is away its ledger is told so at least this often. */
const TICK_MS = 60_000;
/** A connection that held so long was a good one: pauses begin anew after it. */
const GOOD_MS = 60_000;

export function createProductRun(options: ProductRunOptions): ProductRun {
  const { product, time, journal } = options;
  const changedAt = time.now();
  let collector: Collector | undefined;
  let ledger: Ledger | undefined;
  let waker = new AbortController();
  let told: string | undefined;
  let proves = !options.afterPause;
  let failures = 0;
  let state: Pick<ProductStatus, 'state' | 'stateSince' | 'code' | 'reason' | 'nextTryAt'> = {
    state: product.paused ? 'paused' : 'starting',
    stateSince: changedAt,
    code: undefined,
    reason: undefined,
    nextTryAt: undefined,
  };
  let seen: Pick<ProductStatus, 'lastReadingAt' | 'lastInventoryAt' | 'readings'> = {
    lastReadingAt: undefined,
    lastInventoryAt: undefined,
    readings: 0,
  };

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (product.paused) await time.sleep(TICK_MS, signal).catch(() => undefined);
      else {
        const failure = await watchOnce(signal);
        if (!signal.aborted) await waitOut(failure, signal);
      }
    }
    await ledger?.close().catch(() => undefined);
  }

  /** One connection's life. */
  async function watchOnce(signal: AbortSignal): Promise<Failure> {
    const began = time.now();
    try {
      ledger ??= await options.openLedger();
      collector ??= options.createCollector();
      ledger.begin();
      const { since } = ledger;
      const given = since === undefined || !proves ? {} : { since };
      for await (const reading of watched(collector, given, signal)) await take(reading, ledger);
      return failureOf(new CollectorFailure('connection-lost', 'the connection ended'));
    } catch (error) {
      return failureOf(error);
    } finally {
      if (state.state === 'reached' && time.now() - began >= GOOD_MS) failures = 0;
    }
  }

  async function take(reading: Reading, into: Ledger): Promise<void> {
    if (reading.kind === 'inventory') options.onIdentity(reading.product, into);
    await into.take(reading);
    if (reading.kind === 'inventory') options.onRecognised(reading.product);
    proves = true;
    const now = time.now();
    seen = {
      readings: seen.readings + 1,
      lastReadingAt: now,
      lastInventoryAt: reading.kind === 'inventory' ? now : seen.lastInventoryAt,
    };
    if (state.state !== 'reached') {
      become('reached');
      const { machines, hosts } = into.status();
      tell('reached', {
        code: 'product-reached',
        message: `${counted(hosts, 'host')}, ${counted(machines, 'machine')}.`,
      });
    }
    options.onTaken(into);
  }

  /** Until it is time to try again. */
  async function waitOut(failure: Failure, signal: AbortSignal): Promise<void> {
    failures += 1;
    const { code, shown, message, needsPerson } = failure;
    const pause = needsPerson
      ? NEEDS_PERSON_MS
      : pauseAfter(failures, code === undefined ? DISK_BACKOFF : BACKOFF);
    const until = time.now() + pause;
    become(needsPerson ? 'needs-person' : 'unreachable', failure, until);
    if (code === undefined) tell(shown, { code: 'disk-full', message });
    else tell(shown, { code: needsPerson ? 'product-needs-person' : 'product-unreachable', message });
    const mine = waker.signal;
    while (!signal.aborted && !mine.aborted) {
      await tellLedger(failure);
      const now = time.now();
      // Also when the clock was set back meanwhile; by more than what a sum of fractions loses.
      if (now >= until || until - now > pause + 1000) return;
      await time
        .sleep(Math.min(until - now, TICK_MS), AbortSignal.any([signal, mine]))
        .catch(() => undefined);
    }
  }

  async function tellLedger({ code }: Failure): Promise<void> {
    if (code === undefined || ledger === undefined) return;
    try {
      await ledger.unreachable(code, Math.floor(time.now() / 1000));
      options.onTaken(ledger);
    } catch (error) {
      const { shown, message } = failureOf(error);
      tell(shown, { code: 'disk-full', message });
    }
  }

  function become(next: ProductState, failure?: Failure, nextTryAt?: number): void {
    const same = state.state === next && state.code === failure?.shown;
    state = {
      state: next,
      stateSince: same ? state.stateSince : time.now(),
      code: failure?.shown,
      reason: failure?.message,
      nextTryAt,
    };
  }

  /** Once, until something else is so. */
  function tell(what: string, entry: Parameters<Journal['note']>[0]): void {
    if (told === what) return;
    told = what;
    journal.note({ product: product.name, ...entry });
  }

  return {
    product,
    run,
    retry() {
      waker.abort();
      waker = new AbortController();
    },
    ledger: () => ledger,
    status() {
      const { name, type, address, port, user } = product;
      return {
        name,
        type,
        address,
        port,
        user,
        ...state,
        changedAt,
        ...seen,
        health: collector?.health(),
        ledger: statusOf(ledger),
      };
    },
  };
}

/** A folder that somebody took away must not take the status with it. */
function statusOf(ledger: Ledger | undefined): LedgerStatus | undefined {
  try {
    return ledger?.status();
  } catch {
    return undefined;
  }
}

/** What was thrown, whoever threw it: a fault of ours is a failure of this product alone, too. */
function failureOf(error: unknown): Failure {
  if (error instanceof CollectorFailure) {
    const { code, message, needsPerson } = error;
    return { code, shown: code, message, needsPerson };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof LedgerError)
    return { code: undefined, shown: error.code, message, needsPerson: false };
  return { code: 'internal', shown: 'internal', message: `unexpectedly: ${message}`, needsPerson: false };
}
