/** One look at products, for a person who waits: nothing is metered by it and nothing of the meter's is touched. */
import { CollectorFailure, type Inventory, type ProductIdentity } from '../inventory/index.ts';
import type { Journal } from '../journal/index.ts';
import { openSecrets } from '../secrets/index.ts';
import type { Environment, MeterSettings } from '../settings/index.ts';
import { REAL_TIME, type Time } from '../time/index.ts';
import { KnownProducts } from './known-products.ts';
import { type MakeCollector, makeCollector } from './make-collector.ts';
import { twinOf } from './twin.ts';
import { watched } from './watched.ts';

/** What the first look at a product found. */
export type FirstLook =
  | {
      readonly name: string;
      readonly identity: ProductIdentity;
      readonly machines: number;
      readonly running: number;
      readonly hosts: number;
      readonly clusters: number;
      /** Rights or parts of the answer that are lacking, in words for a person. */
      readonly lacking: readonly string[];
      readonly skewSeconds: number | undefined;
    }
  | { readonly name: string; readonly failure: CollectorFailure };

/** With what was found, where it was reached. */
export interface Look {
  readonly look: FirstLook;
  readonly inventory: Inventory | undefined;
}

export interface LookOptions {
  /** The meter's directory. */
  readonly dir: string;
  readonly settings: Pick<MeterSettings, 'products' | 'licenses'>;
  readonly environment: Environment;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly time?: Time;
  readonly makeCollector?: MakeCollector;
  /** Told of each product as soon as it answered or failed. */
  readonly onProduct?: (product: FirstLook) => void;
}

/** Milliseconds of real time: a first inventory of a large product takes its time, a person does not wait for ever. */
const LONGEST_LOOK_MS = 120_000;

/**
 * Looks at each product that is not paused, all at the same time; a running meter is not disturbed.
 * @throws those of openSecrets; the reason of the signal
 */
export async function lookAtProducts(options: LookOptions): Promise<readonly Look[]> {
  const { dir, settings, environment, journal, signal, time = REAL_TIME } = options;
  const secrets = await openSecrets(dir, environment);
  const make = options.makeCollector ?? makeCollector;
  const products = settings.products.filter(({ paused }) => !paused);
  const known = await KnownProducts.open(dir);
  /** Who is which product already, as the running meter sees it: of two that say the same, the one that was there first. */
  const nameOf = new Map<string, string>();
  for (const { name } of products.toReversed()) {
    const id = known.of(name).identity?.id;
    if (id !== undefined) nameOf.set(id, name);
  }
  const refuseTwin = (name: string, { id }: ProductIdentity) => {
    const other = nameOf.get(id) ?? name;
    if (other !== name) throw twinOf(id, other);
    nameOf.set(id, name);
  };
  return Promise.all(
    products.map(async (product) => {
      const password = () => secrets.passwordOf(product);
      const create = () => make({ product, licenses: settings.licenses, time, journal, password });
      const look = await lookOnce(product.name, create, signal, refuseTwin);
      options.onProduct?.(look.look);
      return look;
    }),
  );
}

async function lookOnce(
  name: string,
  create: () => ReturnType<MakeCollector>,
  signal: AbortSignal,
  refuseTwin: (name: string, identity: ProductIdentity) => void,
): Promise<Look> {
  const failed = (failure: CollectorFailure) => ({ look: { name, failure }, inventory: undefined });
  try {
    const collector = create();
    for await (const reading of watched(collector, {}, signal, { longestSilence: LONGEST_LOOK_MS })) {
      if (reading.kind !== 'inventory') continue;
      const { inventory, product: identity } = reading;
      refuseTwin(name, identity);
      const { machines, hosts, clusters } = inventory;
      const look = {
        name,
        identity,
        machines: machines.length,
        running: machines.filter(({ power }) => power === 'on').length,
        hosts: hosts.length,
        clusters: clusters.length,
        lacking: collector.health().lacking,
        skewSeconds: collector.health().skewSeconds,
      };
      return { look, inventory };
    }
    return failed(new CollectorFailure('connection-lost', 'the connection ended before an inventory'));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CollectorFailure) return failed(error);
    return failed(new CollectorFailure('internal', error instanceof Error ? error.message : String(error)));
  }
}
