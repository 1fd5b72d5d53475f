/**
 * Packs the hours that wait and sends what is packed, for as long as the meter runs.
 *
 *   resting    until the next full interval: then hours are packed, the spool is tended, and what waits is sent
 *   sending    one package after the other, in the order of the chain
 *   waiting    the last try failed: the next one comes after a pause that grows, or that the service asked for. Hours are
 *              packed meanwhile, so an outage of forty days is forty days of packages
 *   stopped    only a person can help: tried a few times a day, and at once after a new activation or when asked to
 *
 * Without a service the packages wait for a person; without an activation the hours wait for it. Nothing ends the loop but
 * its signal.
 */
import type { ClosedHours } from '../hours/index.ts';
import { type ActivatedMeter, loadMeter, type Meter } from '../identity/index.ts';
import type { Journal } from '../journal/index.ts';
import type { SpoolSettings, UploadSettings } from '../settings/index.ts';
import {
  finishPackInstead,
  type ListedProduct,
  makePlaces,
  packHours,
  type SpoolPlaces,
  type SpoolState,
  tendSpool,
} from '../spool/index.ts';
import { type Backoff, pauseAfter, type Time } from '../time/index.ts';
import { Notices } from './notices.ts';
import { PATIENCE, type Patience, sendPackage } from './send-package.ts';
import { sendWaiting } from './send-waiting.ts';
import { openServiceLink, type ServiceLink } from './service-link.ts';
import { type Verdict, verdictOn } from './verdict.ts';

export interface UploaderSettings {
  readonly service: string | undefined;
  readonly serviceCaFile: string | undefined;
  readonly spool: SpoolSettings;
  readonly upload: UploadSettings;
}

export interface UploaderOptions {
  /** The meter's directory. */
  readonly dir: string;
  readonly hours: ClosedHours;
  readonly journal: Journal;
  readonly time: Time;
  /** Asked at each step, so that a change of settings counts from the next one on. */
  readonly settings: () => UploaderSettings;
  /** Awaited before hours are packed. */
  readonly beforePacking?: () => Promise<void>;
  /** Told when the meter is activated, at the start too. */
  readonly onActivated?: (epoch: number) => void;
  readonly patience?: Patience;
  /** Pauses after failures that pass. */
  readonly backoff?: Backoff;
  /** As in `signIn`. */
  readonly serviceNow?: () => number;
  readonly random?: () => number;
}

export interface Listing {
  readonly month: string;
  readonly product: ListedProduct;
}

/** A product that waits to be listed, and who waits for it. */
interface Asked {
  readonly listing: Listing;
  readonly done: () => void;
}

export interface Uploader {
  /** Runs until the signal; what is under way is given up then and done again at the next start. */
  run(signal: AbortSignal): Promise<void>;
  /** Packs and sends now, whatever pause is on. */
  wake(): void;
  /**
   * Lists these products in the next package of their month, by themselves if no hour waits; resolves when it is on the disk.
   * @throws the reason of the signal; what is not in a package by then is not listed
   */
  list(listings: readonly Listing[], signal?: AbortSignal): Promise<void>;
  status(): UploadStatus;
}

export interface UploadStatus {
  readonly state: 'not-activated' | 'offline' | 'resting' | 'sending' | 'waiting' | 'stopped';
  /** Milliseconds since the epoch, as all below; undefined before the first. */
  readonly lastPackedAt: number | undefined;
  readonly lastTriedAt: number | undefined;
  readonly lastTakenAt: number | undefined;
  readonly nextTryAt: number | undefined;
  /** Why the last try failed, and since when it does. */
  readonly failure: { readonly code: string; readonly message: string; readonly since: number } | undefined;
  /** Packages since the start. */
  readonly taken: number;
  /** Our clock minus the service's, seconds, as last measured. */
  readonly skewSeconds: number | undefined;
  /** As of the last look. */
  readonly spool: SpoolState | undefined;
}

/** After a failure: about 5 s, then twice as long each time, up to about 15 minutes. */
const BACKOFF: Backoff = Object.freeze({ first: 5_000, longest: 900_000 });
const RARELY_MS = 6 * 3_600_000;
/** Nobody is kept waiting longer by a Retry-After, whatever it says. */
const LONGEST_RETRY_AFTER_MS = 6 * 3_600_000;
/** Hours are closed by a look at the product that may come a minute after their end. */
const SETTLE_MS = 90_000;
/** So long a pause is slept at once: a clock that was set is noticed after it. */
const NAP_MS = 600_000;

export function createUploader(options: UploaderOptions): Uploader {
  const { dir, hours, journal, time, settings, random = Math.random, backoff = BACKOFF } = options;
  const notices = new Notices(journal);
  let places: SpoolPlaces | undefined;
  let link: (ServiceLink & { readonly key: string }) | undefined;
  let listings: Asked[] = [];
  let woken = new AbortController();
  let epoch: number | undefined;
  /** In which epoch it was seen to that a crash left no package that another stands for. */
  let finishedIn: number | undefined;
  let failures = 0;
  let mangled = 0;
  let packAt = 0;
  let sendAt = 0;
  let status: UploadStatus = {
    state: 'resting',
    lastPackedAt: undefined,
    lastTriedAt: undefined,
    lastTakenAt: undefined,
    nextTryAt: undefined,
    failure: undefined,
    taken: 0,
    skewSeconds: undefined,
    spool: undefined,
  };
  const become = (change: Partial<UploadStatus>) => {
    status = { ...status, ...change };
  };

  async function run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        signal.throwIfAborted();
        await step(signal);
        await nap(Math.min(packAt, sendAt) - time.now(), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await link?.close();
      link = undefined;
    }
  }

  async function step(signal: AbortSignal): Promise<void> {
    try {
      places ??= await makePlaces(dir);
      const meter = await loadMeter(dir);
      if (meter.activation?.epoch !== epoch) {
        epoch = meter.activation?.epoch;
        [packAt, sendAt, failures] = [0, 0, 0];
        if (epoch !== undefined) options.onActivated?.(epoch);
      }
      const now = time.now();
      const { upload } = settings();
      // Also when the clock was set back, which would leave the next time far ahead.
      const furthest = (upload.interval + upload.jitter) * 1000 + SETTLE_MS;
      if (now >= packAt || packAt > now + furthest) {
        packAt = nextFull(now, upload);
        await pack(meter, places);
        if (status.failure === undefined) sendAt = 0;
      }
      const setBack = Number.isFinite(sendAt) && sendAt > now + LONGEST_RETRY_AFTER_MS + backoff.longest;
      if (time.now() >= sendAt || setBack) await send(meter, places, signal);
    } catch (error) {
      signal.throwIfAborted();
      fail({ kind: 'again', code: codeOf(error), message: (error as Error).message }, 'packing-failed');
    }
  }

  async function pack(meter: Meter, into: SpoolPlaces): Promise<void> {
    if (isActivated(meter)) {
      try {
        await options.beforePacking?.();
        await packListed(meter, into);
        notices.over('packing');
      } catch (error) {
        // A full disk, or an export that holds the chain: the hours wait, and what is packed is sent all the same.
        notices.tell('packing', codeOf(error), {
          code: 'packing-failed',
          message: `Hours stay unpacked for now: ${(error as Error).message}`,
        });
      }
    }
    await tend(into);
  }

  /** Keeps the spool within its limit, and says how it is. */
  async function tend(places: SpoolPlaces): Promise<void> {
    const { spool } = settings();
    const tended = await tendSpool(places, hours, spool, time.now());
    const { removedEarly, ...state } = tended;
    become({ spool: state });
    notices.spool(tended, spool);
  }

  async function packListed(meter: ActivatedMeter, into: SpoolPlaces): Promise<void> {
    const asked = listings;
    const months = Map.groupBy(asked, ({ listing }) => listing.month);
    const common = { meter, hours, folder: into.packages, time };
    const rounds = months.size === 0 ? [undefined] : [...months.entries()];
    for (const round of rounds) {
      const [month, ones] = round ?? [];
      const products = [...new Map(ones?.map(({ listing: { product } }) => [product.id, product])).values()];
      const { packages, damaged, unlisted } = await packHours({
        ...common,
        listed: month === undefined ? undefined : { month, products },
      });
      if (packages.length > 0) become({ lastPackedAt: time.now() });
      for (const hour of damaged) notices.damaged(hour);
      notices.unreadable(await hours.unreadable());
      listings = listings.filter((one) => !ones?.includes(one));
      if (unlisted === undefined) for (const { done } of ones ?? []) done();
      else journal.note({ code: 'packing-failed', message: `Products stay unlisted: ${unlisted.message}` });
    }
  }

  async function send(meter: Meter, from: SpoolPlaces, signal: AbortSignal): Promise<void> {
    const { service } = settings();
    sendAt = Number.POSITIVE_INFINITY;
    if (!isActivated(meter)) return become({ state: 'not-activated', nextTryAt: undefined });
    if (service === undefined) return become({ state: 'offline', nextTryAt: undefined });
    become({ state: 'sending', lastTriedAt: time.now() });
    if (finishedIn !== meter.activation.epoch) {
      await finishPackInstead(meter, from);
      finishedIn = meter.activation.epoch;
    }
    const { client } = await linkFor(meter, service);
    const sent = await sendWaiting({
      meter,
      places: from,
      journal,
      time,
      signal,
      mangledBefore: mangled,
      send: (stored) => sendPackage(client, stored, signal, options.patience ?? PATIENCE),
      onSent: () => {
        failures = 0;
        become({ taken: status.taken + 1, lastTakenAt: time.now() });
      },
    });
    notices.taken(sent);
    await tend(from);
    mangled = sent.stopped?.kind === 'mangled' ? mangled + 1 : 0;
    if (sent.stopped !== undefined) return fail(sent.stopped, 'upload-failed');
    failures = 0;
    notices.over('upload');
    become({ state: 'resting', failure: undefined, nextTryAt: packAt });
  }

  function fail(verdict: Verdict, code: 'upload-failed' | 'packing-failed'): void {
    failures += 1;
    const now = time.now();
    const rare = verdict.kind === 'rarely' || verdict.kind === 'fork';
    const pause = rare ? RARELY_MS : pauseAfter(failures, backoff, random);
    const asked = Math.min(verdict.after ?? 0, LONGEST_RETRY_AFTER_MS);
    sendAt = Math.ceil(now + Math.max(pause, asked + random() * Math.min(pause, 30_000)));
    const since = status.failure?.code === verdict.code ? status.failure.since : now;
    become({
      state: rare ? 'stopped' : 'waiting',
      nextTryAt: sendAt,
      failure: { code: verdict.code, message: verdict.message, since },
    });
    notices.failed(verdict, code);
  }

  async function linkFor(meter: ActivatedMeter, service: string): Promise<ServiceLink> {
    const { serviceCaFile: caFile } = settings();
    const key = [service, caFile, meter.key.kid, meter.activation.registration].join(' ');
    if (link?.key !== key || failures > 0) {
      // After a failure anew: an authority's file may have been replaced, an address have moved.
      await link?.close();
      link = undefined;
      const opened = await openServiceLink({
        meter,
        service,
        caFile,
        onSkew: (skewSeconds) => {
          become({ skewSeconds });
          notices.skew(skewSeconds);
        },
        serviceNow: options.serviceNow,
      });
      link = { ...opened, key };
    }
    return link;
  }

  async function nap(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds <= 0) return;
    const waker = woken;
    await time
      .sleep(Math.min(milliseconds, NAP_MS), AbortSignal.any([signal, waker.signal]))
      .catch(() => signal.throwIfAborted());
  }

  function nextFull(now: number, { interval, jitter }: UploadSettings): number {
    const full = (Math.floor((now - SETTLE_MS) / (interval * 1000)) + 1) * interval * 1000;
    return Math.ceil(full + SETTLE_MS + random() * jitter * 1000);
  }

  async function list(asked: readonly Listing[], signal?: AbortSignal): Promise<void> {
    const mine: Asked[] = [];
    const withdraw = () => {
      listings = listings.filter((one) => !mine.includes(one));
    };
    await new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      let left = asked.length;
      const done = () => {
        left -= 1;
        if (left === 0) resolve();
      };
      mine.push(...asked.map((listing) => ({ listing, done })));
      listings.push(...mine);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (left === 0) resolve();
    }).catch((error: unknown) => {
      withdraw();
      throw error;
    });
  }

  function wake(): void {
    [packAt, sendAt] = [0, 0];
    woken.abort();
    woken = new AbortController();
  }

  return {
    run,
    wake,
    list,
    status: () => status,
  };
}

function isActivated(meter: Meter): meter is ActivatedMeter {
  return meter.activation !== undefined;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : verdictOn(error).code;
}
