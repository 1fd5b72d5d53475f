/**
 * Makes packages of the hours that wait. What happens, in this order, for each package:
 *
 *   1. it is written and synced under a partial name      a crash leaves a file that is removed; its hours wait
 *   2. `chain.json` names it and the hours it holds       from here on the hours are packed
 *   3. it gets its name in `packages/`                    a crash before is finished at the next start
 *   4. the hours are removed                              a crash before is finished at the next start, by what 2 says
 *
 * So no hour is lost and none is in two packages.
 */
import { createPrivateKey } from 'node:crypto';
import type { PackageProduct } from '@meterhouse/contract';
import { formatInstant, PackageError, type Signer, writePackage } from '@meterhouse/metering';
import type { ClosedHour, ClosedHours } from '../hours/index.ts';
import { type ActivatedMeter, AGENT_VERSION } from '../identity/index.ts';
import type { Time } from '../time/index.ts';
import { type Chain, openChain } from './chain.ts';
import { DamagedHour, linesOf } from './hour-records.ts';
import {
  heldBy,
  type PackageLimits,
  type PackagePlan,
  packedHour,
  planPackages,
  recordsOf,
} from './plan-packages.ts';

/** A product that is listed without hours of its own: it has been retired, or a meter tells for the first time that it is there. */
export type ListedProduct = Omit<PackageProduct, 'hours'>;

export interface PackOptions {
  readonly meter: ActivatedMeter;
  readonly hours: ClosedHours;
  /** Where the packages go. */
  readonly folder: string;
  readonly time: Time;
  /** To be listed in a package of this month, by itself if no hour of it waits. */
  readonly listed?: { readonly month: string; readonly products: readonly ListedProduct[] } | undefined;
  readonly limits?: PackageLimits;
}

export interface PackedPackage {
  readonly path: string;
  readonly month: string;
  /** Of all products. */
  readonly hours: number;
  readonly records: number;
  readonly bytes: number;
}

export interface PackResult {
  readonly packages: readonly PackedPackage[];
  /** Hours that stay where they are, since their files are damaged or what they say cannot be. */
  readonly damaged: readonly DamagedHour[];
  /** Why the products that were to be listed are not. */
  readonly unlisted: PackageError | undefined;
}

/** @throws MeterError `spool-busy`; what the file system throws, such as ENOSPC: what is not packed then still waits */
export async function packHours(options: PackOptions): Promise<PackResult> {
  const { meter, hours, folder } = options;
  const chain = await openChain(meter.dir, meter.agent, meter.activation.epoch, folder);
  try {
    const waiting = await hours.waiting();
    const held = new Set(heldBy(chain.state().packed ?? [], waiting));
    if (held.size > 0) await hours.remove([...held]);
    return await packAll(
      chain,
      waiting.filter((hour) => !held.has(hour)),
      options,
    );
  } finally {
    await chain.close();
  }
}

/** Each hour in a package of its own. */
const ALONE: PackageLimits = Object.freeze({ listBytes: 0, records: 0 });

async function packAll(
  chain: Chain,
  waiting: readonly ClosedHour[],
  options: PackOptions,
): Promise<PackResult> {
  const packages: PackedPackage[] = [];
  const damaged: DamagedHour[] = [];
  let unlisted: PackageError | undefined;
  let { listed, limits } = options;
  let left = waiting;
  for (;;) {
    const [next] = planPackages(left, limits);
    const plan = next ?? (listed && { month: listed.month, hours: [], done: [] });
    if (plan === undefined) return { packages, damaged, unlisted };
    try {
      const also = listed?.month === plan.month ? listed.products : [];
      packages.push(await packOne(chain, plan, also, options));
      await options.hours.remove(plan.done);
      if (listed?.month === plan.month) listed = undefined;
      const done = new Set(plan.done);
      left = left.filter((hour) => !done.has(hour));
    } catch (error) {
      if (error instanceof PackageError) {
        // A header that no service would take: the products that were to be listed, or one of the hours. Which of these it is
        // shows when each is packed by itself.
        const [bad, ...others] = plan.hours;
        if (listed?.month === plan.month) [listed, unlisted] = [undefined, error];
        else if (bad === undefined) throw error;
        else if (others.length > 0) limits = ALONE;
        else {
          damaged.push(new DamagedHour(bad, bad.folder, error.message));
          left = left.filter((hour) => hour !== bad);
        }
        continue;
      }
      if (!(error instanceof DamagedHour)) throw error;
      // One hour that cannot be read must not hold up the rest. A reading of it that is less good may be whole.
      damaged.push(error);
      left = left.filter((hour) => hour !== error.hour);
    }
  }
}

async function packOne(
  chain: Chain,
  { month, hours }: PackagePlan,
  also: readonly ListedProduct[],
  { meter, time }: PackOptions,
): Promise<PackedPackage> {
  const { activation, agent, key } = meter;
  const createdAt = formatInstant(Math.floor(time.now() / 1000));
  const first = hours[0]?.listed.hour ?? (createdAt.startsWith(month) ? createdAt : `${month}-01T00`);
  let bytes = 0;
  const path = await chain.add(
    first.slice(0, '2023-01-01T05'.length),
    async (file, place) => {
      const made = await writePackage(file, {
        header: {
          service: activation.service,
          organisation: activation.organisation,
          registration: activation.registration,
          agent,
          agentVersion: AGENT_VERSION,
          ...place,
          month,
          createdAt,
          products: listProducts(hours, also),
        },
        signer: signerOf(key),
        records: {
          vm: linesOf('vm', hours),
          host: linesOf('host', hours),
          cluster: linesOf('cluster', hours),
        },
      });
      bytes = made.bytes;
      return made;
    },
    () => ({ packed: hours.map(packedHour) }),
  );
  return {
    path,
    month,
    hours: hours.length,
    records: hours.reduce((sum, hour) => sum + recordsOf(hour), 0),
    bytes,
  };
}

export function signerOf({ kid, privateJwk }: ActivatedMeter['key']): Signer {
  return { kid, privateKey: createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }) };
}

/** Each product once, as it was in the last of its hours. */
function listProducts(hours: readonly ClosedHour[], also: readonly ListedProduct[]): PackageProduct[] {
  const products = new Map<string, PackageProduct>(also.map((one) => [one.id, { ...one, hours: [] }]));
  for (const [id, own] of Map.groupBy(hours, ({ product }) => product.id)) {
    const { type, version } = own.at(-1)!.product;
    const retired = products.get(id)?.retired;
    products.set(id, {
      id,
      type,
      version,
      ...(retired && { retired }),
      hours: own.map(({ listed }) => listed),
    });
  }
  return [...products.values()];
}
