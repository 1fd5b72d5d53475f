import { basename, dirname } from 'node:path';
import type { Journal, JournalEntry } from '../journal/index.ts';
import type { SpoolSettings } from '../settings/index.ts';
import type { DamagedHour, Tended } from '../spool/index.ts';
import type { SentWaiting } from './send-waiting.ts';
import type { Verdict } from './verdict.ts';

/** Seconds between our clock and the service's from which a person should know. */
const SKEW = 60;

/** Tells the journal what changed, once: a cause that lasts is told when it begins and when another takes its place. */
export class Notices {
  readonly #journal: Journal;
  readonly #told = new Map<string, string>();
  readonly #damaged = new Set<string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** @param topic of which one thing is so at a time; `state` what is so */
  tell(topic: string, state: string, entry: JournalEntry): void {
    if (this.#told.get(topic) === state) return;
    this.#told.set(topic, state);
    this.#journal.note(entry);
  }

  over(topic: string): void {
    this.#told.delete(topic);
  }

  failed({ kind, code, message, faults = [] }: Verdict, otherwise: JournalEntry['code']): void {
    const cure =
      kind === 'fork'
        ? ' Nothing more is sent. Stop the second copy of this meter, if there is one, and activate it again.'
        : '';
    this.tell('upload', code, {
      code: code === 'chain-fork' ? 'chain-fork' : otherwise,
      message: `${[message, ...faults.slice(0, 5)].join(' ')}${cure} Packages are kept and tried again.`,
    });
  }

  taken({ taken, outcomes }: SentWaiting): void {
    if (taken === 0) return;
    const told = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
    this.#journal.note({
      code: 'upload-done',
      message: `${taken === 1 ? '1 package was' : `${taken} packages were`} taken; hours: ${told.join(', ') || 'none'}.`,
    });
    const { conflict = 0 } = outcomes;
    if (conflict > 0)
      this.#journal.note({
        code: 'upload-conflict',
        message: `${conflict} hours were told differently before and were not counted again. An administrator can correct them.`,
      });
  }

  /** @param folders of hours of which not even the hour can be read */
  unreadable(folders: readonly string[]): void {
    for (const folder of folders) {
      if (this.#damaged.has(folder)) continue;
      this.#damaged.add(folder);
      this.#journal.note({
        code: 'hour-damaged',
        product: basename(dirname(dirname(folder))),
        message: `${basename(folder)} cannot be read and is not sent: ${folder}/hour.json. The disk may be failing.`,
      });
    }
  }

  damaged({ message, hour }: DamagedHour): void {
    const key = hour.folder;
    if (this.#damaged.has(key)) return;
    this.#damaged.add(key);
    this.#journal.note({
      code: 'hour-damaged',
      product: hour.product.id,
      message: `${hour.listed.hour} cannot be read and is not sent: ${message}. The disk may be failing.`,
    });
  }

  skew(seconds: number): void {
    if (Math.abs(seconds) < SKEW) this.over('skew');
    else
      this.tell('skew', seconds > 0 ? 'ahead' : 'behind', {
        code: 'clock-skew',
        message: `The meter's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the service's. Set it by NTP.`,
      });
  }

  spool({ room, bytes, unsent, removedEarly }: Tended, { limitBytes }: SpoolSettings): void {
    if (removedEarly.length > 0)
      this.#journal.note({
        code: 'package-removed',
        message: `${removedEarly.length} packages that the service has were removed before their days were over, since the spool is at its limit: ${removedEarly[0]}${removedEarly.length > 1 ? ` to ${removedEarly.at(-1)}` : ''}.`,
      });
    const sizes = `The spool takes ${megabytes(bytes)} of ${megabytes(limitBytes)}, ${unsent} packages wait to be sent.`;
    if (room === 'enough') this.over('spool');
    else
      this.tell('spool', room, {
        code: room === 'full' ? 'spool-full' : 'spool-filling',
        message:
          room === 'full'
            ? `${sizes} Nothing that was not sent is ever removed, and metering goes on until the disk is full: see why nothing is sent, carry packages to the service (meterhouse meter export), or raise spool.limit.`
            : `${sizes} See why nothing is sent, or raise spool.limit.`,
      });
  }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
