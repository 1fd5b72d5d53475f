import {
  type Collector,
  CollectorFailure,
  type CollectorHealth,
  type Reading,
  type WatchOptions,
} from '../../inventory/index.ts';
import type { Journal, JournalEntry } from '../../journal/index.ts';
import type { LicenseRule, ProductSettings } from '../../settings/index.ts';
import type { Time } from '../../time/index.ts';
import { LicenseReader } from './license-reader.ts';
import { ProductClock } from './product-clock.ts';
import { type Traffic, Transport } from './soap/transport.ts';
import { VimFault } from './soap/vim-fault.ts';
import { Watch } from './watch.ts';

export interface VsphereCollectorOptions {
  readonly product: ProductSettings;
  /** Asked at each login, kept nowhere. */
  readonly password: () => Promise<string>;
  readonly licenses: readonly LicenseRule[];
  readonly time: Time;
  readonly journal: Journal;
}

/** Meters one vCenter. See docs/meter/vsphere.md for what it reads and which rights it needs. */
export function createVsphereCollector(options: VsphereCollectorOptions): Collector {
  return new VsphereCollector(options);
}

class VsphereCollector implements Collector {
  readonly #options: VsphereCollectorOptions;
  readonly #clock: ProductClock;
  readonly #traffic: Traffic = { requests: 0, bytes: 0 };
  readonly #licenses: LicenseReader;
  readonly #noted = new Set<string>();
  #watch: Watch | undefined;
  #instance: string | undefined;

  constructor(options: VsphereCollectorOptions) {
    this.#options = options;
    this.#clock = new ProductClock(options.time, options.journal, options.product.name);
    this.#licenses = new LicenseReader(options.licenses, (entry) => this.#once(entry), options.product.name);
  }

  async *watch({ signal, since }: WatchOptions): AsyncGenerator<Reading> {
    if (signal.aborted) return;
    const { product, password, time, journal } = this.#options;
    const transport = await Transport.open(product, this.#traffic);
    const watch = new Watch({
      product,
      password,
      licenses: this.#licenses,
      time,
      journal,
      once: (entry) => this.#once(entry),
      clock: this.#clock,
      transport,
      signal,
      onIdentity: (instance) => this.#recognise(instance),
    });
    this.#watch = watch;
    try {
      yield* watch.readings(since);
    } catch (error) {
      if (signal.aborted) return;
      throw failureOf(error, product.name);
    } finally {
      await watch.end();
      await transport.close();
    }
  }

  health(): CollectorHealth {
    return {
      skewSeconds: this.#clock.skewSeconds,
      lacking: this.#watch?.lacking ?? [],
      ...this.#traffic,
    };
  }

  #once(entry: JournalEntry): void {
    const words = `${entry.code} ${entry.message}`;
    if (this.#noted.has(words)) return;
    this.#noted.add(words);
    this.#options.journal.note(entry);
  }

  /** Another vCenter at the same address is another product: its machines must not be counted as the first one's. */
  #recognise(instance: string): void {
    this.#instance ??= instance;
    if (this.#instance === instance) return;
    throw new CollectorFailure(
      'another-product',
      `${this.#options.product.address} is vCenter ${instance} now; it was ${this.#instance}. Add it as a product of its own, or restart the meter if it took the other one's place for good.`,
      { needsPerson: true },
    );
  }
}

function failureOf(error: unknown, product: string): CollectorFailure {
  if (error instanceof CollectorFailure) return error;
  if (error instanceof VimFault) {
    if (error.fault === 'NotAuthenticated')
      return new CollectorFailure('connection-lost', 'The vCenter has ended the session.', { cause: error });
    if (error.fault === 'NoPermission')
      return new CollectorFailure(
        'rights-missing',
        `The account lacks ${error.privilege || 'a right'} for ${error.method}.`,
        { needsPerson: true, cause: error },
      );
    return new CollectorFailure('answer-not-understood', error.message, { cause: error });
  }
  return new CollectorFailure('internal', `Metering ${product} failed: ${String(error)}`, { cause: error });
}
