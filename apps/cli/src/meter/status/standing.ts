/** How a meter is, read from its directory: nothing of it asks the process. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeterSnapshot } from '@meterhouse/meter/run';
import type { MeterSettings } from '@meterhouse/meter/settings';
import { type MeterPlace, settingsPathOf } from '../../commands/meter/place.ts';
import { explain } from '../../explain.ts';

type HourState = 'collected' | 'partial' | 'unreachable';

export interface HoursOfProduct extends Readonly<Record<HourState, number>> {
  readonly product: string;
  /** By hour, such as `2023-01-09T02:00:00Z`. */
  readonly states: ReadonlyMap<string, HourState>;
}

export interface CountedHours {
  /** `2023-01` */
  readonly month: string;
  readonly hours: readonly HoursOfProduct[];
}

export interface Standing extends CountedHours {
  readonly dir: string;
  readonly agent: string;
  /** Of the look, milliseconds since the epoch. */
  readonly now: number;
  readonly running: boolean;
  /** What it told last; undefined when it has never run. */
  readonly snapshot: MeterSnapshot | undefined;
  readonly activated: boolean;
  readonly settings: MeterSettings | undefined;
  /** Why the settings cannot be used. */
  readonly settingsFaults: readonly string[];
  /** Of the API. */
  readonly certificate: { readonly fingerprint: string; readonly endsAt: number } | undefined;
}

/**
 * @param counted hours that were counted a moment ago: to count takes longer than all else
 * @throws MeterError `not-initialised`
 */
export async function standingOf(place: MeterPlace, counted?: CountedHours): Promise<Standing> {
  const { dir } = place;
  const { loadMeter } = await import('@meterhouse/meter/identity');
  const { readStatusFile } = await import('@meterhouse/meter/run');
  const { agent, activation } = await loadMeter(dir);
  const { settings, settingsFaults } = await settingsNow(place);
  const status = await readStatusFile(dir);
  const now = Date.now();
  return {
    dir,
    agent,
    now,
    running: status?.running === true && !status.snapshot.stopped,
    snapshot: status?.snapshot,
    activated: activation !== undefined,
    settings,
    settingsFaults,
    ...(counted ?? (await countHours(dir, now, status?.snapshot))),
    certificate: await certificateOf(dir, settings),
  };
}

async function settingsNow(place: MeterPlace): Promise<Pick<Standing, 'settings' | 'settingsFaults'>> {
  const { readSettings } = await import('@meterhouse/meter/settings');
  try {
    return { settings: await readSettings(settingsPathOf(place), process.env), settingsFaults: [] };
  } catch (error) {
    const failure = explain(error);
    if (failure === undefined) throw error;
    return { settings: undefined, settingsFaults: [failure.message, ...failure.faults] };
  }
}

async function countHours(
  dir: string,
  now: number,
  snapshot: MeterSnapshot | undefined,
): Promise<CountedHours> {
  const { closedHours } = await import('@meterhouse/meter/hours');
  const { hoursOfMonth } = await import('@meterhouse/meter/spool');
  const month = new Date(now).toISOString().slice(0, 7);
  const products = await hoursOfMonth(dir, closedHours(join(dir, 'hours')), month);
  const names = new Map(snapshot?.products.map(({ name, ledger }) => [ledger?.product?.id, name]));
  const hours = [...products].map(([id, states]) => {
    const count = { collected: 0, partial: 0, unreachable: 0 };
    for (const state of states.values()) count[state] += 1;
    return { product: names.get(id) ?? id, states, ...count };
  });
  return { month, hours };
}

/** The one that the API shows; undefined where there is none yet. */
async function certificateOf(
  dir: string,
  settings: MeterSettings | undefined,
): Promise<Standing['certificate']> {
  if (settings !== undefined && settings.api.listen === undefined) return undefined;
  const path = settings?.api.certFile ?? join(dir, 'api-certificate.pem');
  try {
    const certificate = new X509Certificate(await readFile(path));
    return { fingerprint: certificate.fingerprint256, endsAt: certificate.validToDate.getTime() };
  } catch {
    return undefined;
  }
}
