/**
 * The first breath of a meter that was just made: each product is looked at once, and a package without hours goes to the
 * service. Within a minute whoever sets it up sees that addresses, passwords, rights, key, chain and audience are right,
 * instead of after the first hour. Nothing is metered by it, and no hour is made up.
 */
import { join } from 'node:path';
import { monthOf } from '@meterhouse/metering';
import { closedHours } from '../hours/index.ts';
import { loadMeter } from '../identity/index.ts';
import type { Journal } from '../journal/index.ts';
import { type Environment, readSettings, type SettingFlags } from '../settings/index.ts';
import { lockFile, makePlaces, packHours } from '../spool/index.ts';
import { REAL_TIME, type Time } from '../time/index.ts';
import { openServiceLink, type SentWaiting, sendPackage, sendWaiting } from '../upload/index.ts';
import { KnownProducts } from './known-products.ts';
import { type FirstLook, lookAtProducts } from './look.ts';
import type { MakeCollector } from './make-collector.ts';
import { RUN_LOCK } from './status-file.ts';

export interface FirstBreathOptions {
  readonly dir: string;
  readonly settingsPath: string;
  readonly environment: Environment;
  readonly flags?: SettingFlags;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly time?: Time;
  readonly makeCollector?: MakeCollector;
  /** Told of each product as soon as it answered or failed. */
  readonly onProduct?: (product: FirstLook) => void;
}

export interface FirstBreath {
  readonly products: readonly FirstLook[];
  /** What became of the package; undefined when none was sent: not activated, no service, or no product was reached. */
  readonly sent: SentWaiting | undefined;
}

/** @throws MeterError `spool-busy` when the meter runs already; as runMeter */
export async function firstBreath(options: FirstBreathOptions): Promise<FirstBreath> {
  const { dir, settingsPath, environment, flags, journal, signal, time = REAL_TIME } = options;
  const release = await lockFile(join(dir, RUN_LOCK), 'runs this meter already');
  try {
    const settings = await readSettings(settingsPath, environment, flags);
    const looks = await lookAtProducts({ ...options, settings });
    const products = looks.map(({ look }) => look);
    const reached = products.flatMap((look) => ('identity' in look ? [look] : []));
    const meter = await loadMeter(dir);
    const { activation } = meter;
    const { service } = settings;
    if (activation === undefined || service === undefined || reached.length === 0)
      return { products, sent: undefined };

    const places = await makePlaces(dir);
    const activated = { ...meter, activation };
    const known = await KnownProducts.open(dir);
    const now = Math.floor(time.now() / 1000);
    const month = monthOf(now);
    const listed = reached.map(({ identity: { id, type, version } }) => ({ id, type, version }));
    await packHours({
      meter: activated,
      hours: closedHours(join(dir, 'hours')),
      folder: places.packages,
      time,
      listed: { month, products: listed },
    });
    for (const { name, identity } of reached)
      await known.change(name, { identity, listedIn: activation.epoch });
    const link = await openServiceLink({
      meter: activated,
      service,
      caFile: settings.serviceCaFile,
      onSkew: () => undefined,
    });
    try {
      const send = (stored: Parameters<typeof sendPackage>[1]) => sendPackage(link.client, stored, signal);
      return { products, sent: await sendWaiting({ meter: activated, places, journal, time, signal, send }) };
    } finally {
      await link.close();
    }
  } finally {
    await release();
  }
}
