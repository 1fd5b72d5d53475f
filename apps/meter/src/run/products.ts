/** All products of the settings, each running by itself: what happens to one, and a change of one, leaves the others alone. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AuditedProduct } from '../customers/index.ts';
import { type Labels, type Ledger, NO_LABELS, openLedger, type Privacy } from '../hours/index.ts';
import type { Collector, ProductIdentity } from '../inventory/index.ts';
import type { Journal } from '../journal/index.ts';
import type { LicenseRule, MeterSettings, ProductSettings } from '../settings/index.ts';
import type { Time } from '../time/index.ts';
import type { Uploader } from '../upload/index.ts';
import type { KnownProducts } from './known-products.ts';
import { createProductRun, type ProductRun } from './product-run.ts';
import type { ProductStatus } from './product-status.ts';
import { retireProduct } from './retire-product.ts';
import { twinOf } from './twin.ts';

export interface ProductsOptions {
  /** The meter's directory. */
  readonly dir: string;
  readonly time: Time;
  readonly journal: Journal;
  readonly privacy: Privacy;
  readonly known: KnownProducts;
  readonly uploader: Uploader;
  readonly createCollector: (product: ProductSettings, licenses: readonly LicenseRule[]) => Collector;
  /** The rules that hold now, for this product. */
  readonly labelsOf: (product: { readonly id: string; readonly name: string }) => Labels;
  readonly onIdentity: () => void;
  readonly onTaken: (ledger: Ledger) => void;
}

export interface Products {
  /** Makes what runs what these settings say. Products that they leave as they were are not touched. */
  apply(settings: MeterSettings): Promise<void>;
  /** Applies the rules that hold now. */
  relabel(): void;
  /** Tries a product, or each one that waits, now. */
  retry(name?: string): void;
  statuses(): readonly ProductStatus[];
  /** Products that were reached and are in the settings. */
  identities(): readonly { readonly name: string; readonly identity: ProductIdentity }[];
  /** Of those that were reached, what they consist of now. */
  audited(): readonly AuditedProduct[];
  close(): Promise<void>;
}

/** Something that runs until it is stopped. */
interface Task {
  stop(): Promise<void>;
}
type Running = Task & { readonly run: ProductRun; readonly licenses: readonly LicenseRule[] };

export function createProducts(options: ProductsOptions): Products {
  const { dir, time, journal, privacy, known, uploader } = options;
  const running = new Map<string, Running>();
  const retiring = new Map<string, Task>();
  /** Who each said it is that has not been recognised yet. */
  const claims = new Map<string, string>();
  let applying: Promise<void> = Promise.resolve();

  async function apply(settings: MeterSettings): Promise<void> {
    const wanted = new Map(settings.products.map((product) => [product.name, product]));
    for (const [name, { run, licenses, stop }] of running) {
      const product = wanted.get(name);
      const same =
        product !== undefined &&
        isDeepStrictEqual(product, run.product) &&
        isDeepStrictEqual(licenses, settings.licenses);
      if (same) continue;
      await stop();
      running.delete(name);
    }
    for (const name of known.names()) if (!wanted.has(name)) retire(name);
    for (const product of settings.products) {
      if (running.has(product.name)) continue;
      await retiring.get(product.name)?.stop();
      retiring.delete(product.name);
      running.set(product.name, start(product, settings.licenses));
      if (product.paused) retire(product.name);
    }
  }

  function start(product: ProductSettings, licenses: readonly LicenseRule[]): Running {
    const { name } = product;
    const run = createProductRun({
      product,
      time,
      journal,
      createCollector: () => options.createCollector(product, licenses),
      openLedger: () => ledgerOf(name),
      afterPause: known.of(name).retired !== undefined,
      onIdentity: (identity, ledger) => {
        refuseTwin(name, identity);
        if (known.of(name).identity?.id === identity.id) return;
        // An hour that was closed unlabelled stays so: the rules are there before the first inventory is taken.
        ledger.relabel(options.labelsOf({ id: identity.id, name }));
      },
      onRecognised: (identity) => {
        const before = known.of(name);
        if (isDeepStrictEqual(before.identity, identity) && before.retired === undefined) return;
        void keep(name, { identity, retired: undefined }).then(options.onIdentity);
      },
      onTaken: options.onTaken,
    });
    return { run, licenses, ...task((signal) => run.run(signal)) };
  }

  /** One product under two names would have each of its hours twice, of which one is lost; hosts may also share a bad UUID. */
  function refuseTwin(name: string, { id }: ProductIdentity): void {
    const idOf = (one: string) => known.of(one).identity?.id ?? claims.get(one);
    // Who was there first stays; of two that both were, the first of the settings.
    const names = [...running.keys()];
    const rivals = idOf(name) === id ? names.slice(0, Math.max(0, names.indexOf(name))) : names;
    for (const other of rivals)
      if (other !== name && running.get(other)?.run.product.paused === false && idOf(other) === id)
        throw twinOf(id, other);
    claims.set(name, id);
  }

  function ledgerOf(name: string): Promise<Ledger> {
    const id = known.of(name).identity?.id;
    const labels = id === undefined ? NO_LABELS : options.labelsOf({ id, name });
    return openLedger({ folder: join(dir, 'hours', name), time, journal, labels, privacy });
  }

  function retire(name: string): void {
    if (retiring.has(name) || known.of(name).retired?.told === true) return;
    const retired = task(async (signal) => {
      try {
        await retireProduct({ name, known, uploader, time, signal, openLedger: () => ledgerOf(name) });
      } catch (error) {
        if (!signal.aborted)
          journal.note({
            code: 'packing-failed',
            product: name,
            message: `It could not be told that the product is given up: ${(error as Error).message}. It is tried at the next start.`,
          });
      }
    });
    retiring.set(name, retired);
  }

  /** What cannot be written now is told by the product again. */
  function keep(name: string, change: Parameters<KnownProducts['change']>[1]): Promise<void> {
    return known
      .change(name, change)
      .catch((error: Error) => journal.note({ code: 'disk-full', product: name, message: error.message }));
  }

  return {
    apply(settings) {
      applying = applying.catch(() => undefined).then(() => apply(settings));
      return applying;
    },
    relabel() {
      for (const [name, { run }] of running) {
        const id = known.of(name).identity?.id;
        if (id !== undefined) run.ledger()?.relabel(options.labelsOf({ id, name }));
      }
    },
    retry(name) {
      for (const [each, { run }] of running) if (name === undefined || name === each) run.retry();
    },
    statuses: () => [...running.values()].map(({ run }) => run.status()),
    identities: () =>
      [...running.keys()].flatMap((name) => {
        const { identity } = known.of(name);
        return identity === undefined ? [] : [{ name, identity }];
      }),
    audited: () =>
      [...running].flatMap(([name, { run }]) => {
        const id = known.of(name).identity?.id;
        const inventory = run.ledger()?.inventory();
        return id === undefined || inventory === undefined ? [] : [{ product: { id, name }, inventory }];
      }),
    async close() {
      await applying.catch(() => undefined);
      await Promise.all([...running.values(), ...retiring.values()].map(({ stop }) => stop()));
    },
  };
}

function task(work: (signal: AbortSignal) => Promise<void>): Task {
  const end = new AbortController();
  const done = work(end.signal);
  return {
    async stop() {
      end.abort();
      await done;
    },
  };
}
