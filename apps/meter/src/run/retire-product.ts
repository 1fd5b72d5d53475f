import { formatInstant, HOUR, hourOf, instantOf, monthOf } from '@meterhouse/metering';
import type { Ledger } from '../hours/index.ts';
import type { Time } from '../time/index.ts';
import type { Uploader } from '../upload/index.ts';
import type { KnownProduct, KnownProducts } from './known-products.ts';

/** Seconds after an hour's end from which a ledger closes it without a reading; clocks may differ by so much. */
const CLOSES_AFTER = 180;

export interface RetireOptions {
  readonly name: string;
  readonly known: KnownProducts;
  readonly uploader: Uploader;
  readonly time: Time;
  readonly openLedger: () => Promise<Ledger>;
  readonly signal: AbortSignal;
}

/**
 * Gives up a product that was paused or taken out of the settings: the hour that runs is still its own and is closed as far as
 * it was metered; from the next one on it is not expected, which the next package says. Goes on where it was after a restart.
 */
export async function retireProduct(options: RetireOptions): Promise<void> {
  const { name, known, uploader, time, openLedger, signal } = options;
  const { identity, retired } = known.of(name);
  // Never reached: nobody expects it.
  if (identity === undefined) return known.forget(name);
  if (retired?.told) return;
  const hour = retired?.hour ?? formatInstant(hourOf(Math.floor(time.now() / 1000)) + HOUR);
  if (retired === undefined) await known.change(name, { retired: { hour, told: false } });
  const closes = (instantOf(hour) + CLOSES_AFTER) * 1000;
  while (time.now() < closes) await time.sleep(Math.min(closes - time.now(), 600_000), signal);
  const ledger = await openLedger();
  try {
    await ledger.unreachable('meter-stopped', Math.floor(time.now() / 1000));
  } finally {
    await ledger.close();
  }
  // It goes on under another name: the service expects it as before.
  if (known.names().some((other) => other !== name && isThere(known.of(other), identity.id)))
    return known.forget(name);
  const product = { id: identity.id, type: identity.type, version: identity.version, retired: hour };
  await uploader.list([{ month: monthOf(instantOf(hour)), product }], signal);
  await known.change(name, { retired: { hour, told: true } });
}

function isThere({ identity, retired }: KnownProduct, id: string): boolean {
  return identity?.id === id && retired === undefined;
}
