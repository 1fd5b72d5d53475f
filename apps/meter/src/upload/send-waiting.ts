/**
 * Sends what waits, strictly in the order of the chain: a package goes only when every one before it was taken or put aside.
 * That way the service never shows a gap that is none, and what the service says of one is known before the next is read.
 */
import type { Sent } from '@meterhouse/client';
import { checkPackage } from '@meterhouse/metering';
import { importJWK } from 'jose';
import type { ActivatedMeter } from '../identity/index.ts';
import type { Journal } from '../journal/index.ts';
import {
  markRefused,
  markSent,
  packageNames,
  packInstead,
  readStoredHeader,
  type SpoolPlaces,
  type StoredPackage,
  storedPackage,
} from '../spool/index.ts';
import type { Time } from '../time/index.ts';
import { type Verdict, verdictOn } from './verdict.ts';

export interface SendWaitingOptions {
  readonly meter: ActivatedMeter;
  readonly places: SpoolPlaces;
  readonly journal: Journal;
  readonly time: Time;
  readonly signal: AbortSignal;
  /** Sends one package. */
  readonly send: (stored: StoredPackage) => Promise<Sent>;
  /** Told of each package that was taken, as soon as it is marked. */
  readonly onSent?: (stored: StoredPackage, answer: Sent) => void;
  /** How often the package at the front came back mangled although it is whole on the disk. */
  readonly mangledBefore?: number;
}

export interface SentWaiting {
  /** Packages that were taken, those that were known before among them. */
  readonly taken: number;
  /** How many slices had which outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why the rest was not sent; undefined when nothing is left. */
  readonly stopped: Verdict | undefined;
}

/** So often a package is sent again that is whole here and comes to the service mangled. */
const MANGLED_MOST = 5;

/** @throws the reason of `signal`; what the file system throws */
export async function sendWaiting(options: SendWaitingOptions): Promise<SentWaiting> {
  const { meter, places, time, signal } = options;
  const outcomes: Record<string, number> = {};
  let taken = 0;
  for (;;) {
    const waiting = await packageNames(places.packages);
    let sent = 0;
    for (const name of waiting) {
      signal.throwIfAborted();
      const stored = await storedPackage(places.packages, name);
      if (stored === undefined || stored.agent !== meter.agent) continue;
      sent += 1;
      if (await isForOthers(options, stored)) continue;
      try {
        const answer = await options.send(stored);
        await markSent(places, stored, time.now());
        taken += 1;
        for (const { outcome } of answer.slices) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        options.onSent?.(stored, answer);
      } catch (error) {
        signal.throwIfAborted();
        const verdict = verdictOn(error);
        if (!(await isSettled(options, stored, verdict))) return { taken, outcomes, stopped: verdict };
      }
    }
    // Once more, since packages of an earlier activation may have been packed instead; until none is left.
    if (sent === 0) return { taken, outcomes, stopped: undefined };
  }
}

/**
 * Packages of an activation under another registration or at another service belong there: they are put aside for a person to
 * carry, since what was metered for one provider must not be billed by another.
 */
async function isForOthers(options: SendWaitingOptions, stored: StoredPackage): Promise<boolean> {
  const { meter, places, journal } = options;
  if (stored.epoch === meter.activation.epoch) return false;
  const header = await readStoredHeader(stored.path).then(
    (read) => read.header,
    () => undefined,
  );
  if (header === undefined) return false;
  const { service, organisation, registration } = meter.activation;
  const here =
    header.service === service &&
    header.organisation === organisation &&
    header.registration === registration;
  if (here) return false;
  const why = `It was made for registration ${header.registration} at service ${header.service}. Send it there: meterhouse uploads send`;
  await markRefused(places, stored, { why });
  journal.note({
    code: 'upload-refused',
    message: `${stored.name} is put aside in ${places.refused}. ${why}`,
  });
  return true;
}

/** True when the chain can go on behind a package that was not taken. */
async function isSettled(
  options: SendWaitingOptions,
  stored: StoredPackage,
  verdict: Verdict,
): Promise<boolean> {
  const { meter, places, journal, time } = options;
  const { code, message, faults = [] } = verdict;
  if (verdict.kind === 'fork') {
    if (stored.epoch >= meter.activation.epoch) return false;
    const path = await packInstead(meter, places, stored, { why: message, code, faults }, time);
    journal.note({
      code: 'upload-refused',
      message: `${stored.name} of an earlier activation was not taken (${message}); its hours are sent as ${path}.`,
    });
    return true;
  }
  if (verdict.kind === 'mangled') {
    const whole = await isWhole(meter, stored);
    if (whole && (options.mangledBefore ?? 0) < MANGLED_MOST) return false;
  } else if (verdict.kind !== 'refused') return false;
  await markRefused(places, stored, { why: message, code, faults });
  journal.note({
    code: 'upload-refused',
    message: `${stored.name} is put aside in ${places.refused}: ${[message, ...faults.slice(0, 5)].join(' ')}`,
  });
  return true;
}

async function isWhole(meter: ActivatedMeter, stored: StoredPackage): Promise<boolean> {
  const key = await importJWK({ ...meter.key.publicJwk }, 'EdDSA');
  // The key of an earlier epoch is gone; then the digests alone have to do.
  const { faults } = await checkPackage(stored.path, {
    keyOf: (kid) => (kid === meter.key.kid ? (key as Exclude<typeof key, Uint8Array>) : undefined),
  });
  return faults.list.every((fault) => fault.code === 'unknown-key');
}
