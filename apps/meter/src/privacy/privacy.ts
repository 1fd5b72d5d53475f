import { isDeepStrictEqual } from 'node:util';
import type { Privacy } from '../hours/index.ts';
import { MeterError } from '../identity/index.ts';
import type { PrivacySettings } from '../settings/index.ts';
import { createHide, type Hide, maskedLicense, type NamedAttribute, REDACTED } from './hide.ts';
import { follow, type Stretch, settingsAt } from './in-force.ts';
import { type Environment, privacyFingerprint, privacyKey } from './key.ts';
import { NamesFile, namesOfMonth } from './names.ts';
import { keepState, loadState, type PrivacyState } from './state.ts';

export interface PrivacyOptions {
  /** The meter's directory. */
  readonly dir: string;
  readonly environment: Environment;
  /** As `meter.yaml` says now. */
  readonly settings: PrivacySettings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Names could not be written; they are tried again with the next ones. Nothing else fails by it. */
  readonly onFault: (error: Error) => void;
}

/** What is in force, and what waits for the next month. */
export interface PrivacyView {
  readonly now: PrivacySettings;
  /** `from`: milliseconds since the epoch. */
  readonly next: { readonly from: number; readonly settings: PrivacySettings } | undefined;
}

export interface MeterPrivacy extends Privacy {
  view(now: number): PrivacyView;
  /**
   * Takes other settings: from the next month on, or from the running hour on when forced. The ledgers need not be told.
   * @returns true when what is in force or waits is another now
   */
  follow(settings: PrivacySettings, now: number, force: boolean): Promise<boolean>;
  /** Ends when the names met so far are on the disk; to be waited for before an hour leaves in a package. */
  flush(): Promise<void>;
}

/**
 * What is in force and what waits, without opening anything: what a meter does with these settings when it reads them.
 * @throws MeterError `privacy-damaged`
 */
export async function viewPrivacy(dir: string, settings: PrivacySettings, now: number): Promise<PrivacyView> {
  const stretches = (await loadState(dir))?.stretches ?? [];
  return viewOf(follow(stretches, settings, Math.floor(now / 1000), false), now);
}

function viewOf(stretches: readonly Stretch[], now: number): PrivacyView {
  const seconds = Math.floor(now / 1000);
  const waiting = stretches.find(({ from }) => from > seconds);
  return {
    now: settingsAt(stretches, seconds),
    next: waiting && { from: waiting.from * 1000, settings: waiting.settings },
  };
}

/** So many names are remembered before they are forgotten and met again: 50,000 machines and a month of their successors. */
const REMEMBERED = 200_000;

/**
 * The privacy of a meter: key, state and names lie in its directory. The key is made at the first opening.
 *
 * @throws MeterError `privacy-key-missing`, `key-damaged`, `privacy-damaged`; `privacy-key-changed` when names were hidden with
 *   another key before
 */
export async function openPrivacy(options: PrivacyOptions): Promise<MeterPrivacy> {
  const { dir, environment, settings, now, onFault } = options;
  const loaded = await loadState(dir);
  const key = await privacyKey(dir, environment, loaded === undefined);
  const fingerprint = privacyFingerprint(key);
  if (loaded !== undefined && loaded.key !== fingerprint)
    throw new MeterError(
      'privacy-key-changed',
      'The key of privacy is not the one that names were hidden with before; with this one each name would become another. Put that key back.',
    );
  let state: PrivacyState = loaded ?? { version: 1, key: fingerprint, stretches: [] };

  async function take(wanted: PrivacySettings, at: number, force: boolean): Promise<boolean> {
    // A command beside a running meter may have forced a setting.
    const kept = (await loadState(dir)) ?? state;
    const stretches = follow(kept.stretches, wanted, Math.floor(at / 1000), force);
    const next = { ...kept, stretches };
    if (stretches !== kept.stretches) await keepState(dir, next);
    const changed = !isDeepStrictEqual(next.stretches, state.stretches);
    state = next;
    return changed;
  }

  await take(settings, now, false);
  const hidden = new HiddenNames(createHide(key), new NamesFile(dir, onFault));
  const month = monthOf(Math.floor(now / 1000));
  // Late hours may still come of the month before.
  // Names that cannot be read are met again, and written again.
  for (const each of [monthBefore(month), month]) await hidden.remember(dir, each).catch(onFault);
  return {
    text: (attribute, plain, hour) => {
      if (plain === '') return '';
      const treatment = settingsAt(state.stretches, hour)[attribute];
      if (treatment === 'plain') return plain;
      if (treatment === 'redacted') return REDACTED;
      return attribute === 'license' ? maskedLicense(plain) : hidden.of(attribute, plain, hour);
    },
    view: (at) => viewOf(state.stretches, at),
    follow: take,
    flush: () => hidden.flush(),
  };
}

interface KnownName {
  readonly text: string;
  /** Months whose file has it; late hours of the month before come between those of this one. */
  months: readonly string[];
}
const MONTHS = 3;

/** What hides each name, remembered, and written down once a month. */
class HiddenNames {
  readonly #hide: Hide;
  readonly #file: NamesFile;
  readonly #known: Readonly<Record<NamedAttribute, Map<string, KnownName>>> = {
    vm: new Map(),
    host: new Map(),
    cluster: new Map(),
    customer: new Map(),
  };
  #hour = Number.NaN;
  #month = '';

  constructor(hide: Hide, file: NamesFile) {
    this.#hide = hide;
    this.#file = file;
  }

  /** Names that are written down already, so that a start does not write them again. */
  async remember(dir: string, month: string): Promise<void> {
    for await (const { attribute, plain, hidden } of namesOfMonth(dir, month))
      if (Object.hasOwn(this.#known, attribute) && this.#hide(attribute, plain) === hidden)
        this.#known[attribute].set(plain, {
          text: hidden,
          months: [...(this.#known[attribute].get(plain)?.months ?? []), month],
        });
  }

  of(attribute: NamedAttribute, plain: string, hour: number): string {
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#month = monthOf(hour);
    }
    const names = this.#known[attribute];
    let name = names.get(plain);
    if (name === undefined) {
      if (names.size >= REMEMBERED) names.clear();
      name = { text: this.#hide(attribute, plain), months: [] };
      names.set(plain, name);
    }
    if (!name.months.includes(this.#month)) {
      name.months = [...name.months, this.#month].slice(-MONTHS);
      const seen = `${new Date(hour * 1000).toISOString().slice(0, 19)}Z`;
      this.#file.add(this.#month, { hidden: name.text, plain, attribute, seen });
    }
    return name.text;
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}

/** @param hour Unix seconds @returns `2026-11` */
function monthOf(hour: number): string {
  return new Date(hour * 1000).toISOString().slice(0, 7);
}

function monthBefore(month: string): string {
  return monthOf(Date.parse(`${month}-01T00:00:00Z`) / 1000 - 1);
}
