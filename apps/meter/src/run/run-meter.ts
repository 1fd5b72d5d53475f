/**
 * The meter as it runs: settings, products, hours, packages and uploads, each going its own way. Nothing ends it but its
 * signal: what fails is told in the journal and tried again.
 */
import { join } from 'node:path';
import { monthOf } from '@meterhouse/metering';
import { type AuditedProduct, allRules, createLabels, type FetchedRules } from '../customers/index.ts';
import { closedHours, type Ledger } from '../hours/index.ts';
import { AGENT_VERSION, loadMeter, MeterError } from '../identity/index.ts';
import { counted, type JournalStore, type KeptEntry, openJournal } from '../journal/index.ts';
import { type MeterPrivacy, openPrivacy } from '../privacy/index.ts';
import { openSecrets, type Secrets } from '../secrets/index.ts';
import {
  compareSettings,
  type Environment,
  type MeterSettings,
  readSettings,
  type SettingFlags,
} from '../settings/index.ts';
import { lockFile } from '../spool/index.ts';
import { REAL_TIME, type Time } from '../time/index.ts';
import { createUploader, type Patience, type Uploader } from '../upload/index.ts';
import { watchClock } from './clock-watch.ts';
import { KnownProducts } from './known-products.ts';
import { type MakeCollector, makeCollector } from './make-collector.ts';
import { createProducts, type Products } from './products.ts';
import { followServiceRules } from './service-rules.ts';
import type { MeterSnapshot } from './snapshot.ts';
import { keepStatusFile, RUN_LOCK } from './status-file.ts';

export interface RunOptions {
  /** The meter's directory, made by init. */
  readonly dir: string;
  /** `meter.yaml` */
  readonly settingsPath: string;
  readonly environment: Environment;
  readonly flags?: SettingFlags;
  /** Ends the meter in good order: readings are on the disk, connections closed, the lock is released. */
  readonly signal: AbortSignal;
  /** Told once everything runs: for what shows and steers it. What it gives is closed before the rest. */
  readonly onRunning?: (meter: RunningMeter) => Promise<{ close(): Promise<void> } | undefined>;
  /** Told of each entry of the journal when it happens for the first time; for logs. */
  readonly onEntry?: (entry: KeptEntry) => void;
  readonly time?: Time;
  /** Milliseconds that only ever pass, to notice when the clock is set. */
  readonly monotonic?: () => number;
  readonly makeCollector?: MakeCollector;
  readonly patience?: Patience;
  /** As in `signIn`. */
  readonly serviceNow?: () => number;
}

/** What may be seen and asked of a meter that runs. */
export interface RunningMeter {
  readonly dir: string;
  readonly settingsPath: string;
  readonly journal: JournalStore;
  readonly secrets: Secrets;
  readonly privacy: MeterPrivacy;
  snapshot(): MeterSnapshot;
  settings(): MeterSettings;
  /** The rules that hold: of the settings and of the service. */
  rules(): ReturnType<typeof allRules>;
  /** Of the products that were reached, what they consist of now. */
  audited(): readonly AuditedProduct[];
  /**
   * Reads the settings again and applies what is different. Products that wait for a person are tried.
   * @throws MeterError `settings-refused`; the settings before stay in force
   */
  reload(): Promise<void>;
  /** Tries a product, or each one that waits, now: a password or a certificate is another. */
  retry(name?: string): void;
  /** Packs and sends now: after an activation, or since somebody asked. */
  wakeUploads(): void;
}

/** How long a good end may take before the rest is left to the disk, which has all of it. Milliseconds. */
const CLOSING_MS = 10_000;
const AGAIN_MS = 60_000;
const CLOCK_SET = Date.UTC(2000);
/** Products that are reached at the same time are told of in one package. */
const TOGETHER_MS = 2_000;

/**
 * Runs the meter in `dir` until the signal.
 * @throws MeterError `not-initialised`, `settings-refused`, `settings-missing`; `spool-busy` when it runs already; those of
 *   openSecrets and openPrivacy. Once it runs it does not throw any more
 */
export async function runMeter(options: RunOptions): Promise<void> {
  const { dir } = options;
  await loadMeter(dir);
  const release = await lockFile(join(dir, RUN_LOCK), 'runs this meter already');
  try {
    await runLocked(options);
  } finally {
    await release();
  }
}

async function runLocked(options: RunOptions): Promise<void> {
  const { dir, settingsPath, environment, flags = {}, signal, time = REAL_TIME } = options;
  let settings = await readSettings(settingsPath, environment, flags);
  const secrets = await openSecrets(dir, environment);
  const { agent } = await loadMeter(dir);
  const startedAt = time.now();
  const journal = await openJournal(join(dir, 'journal'), {
    time,
    ...(options.onEntry && { onEntry: options.onEntry }),
  });
  const privacy = await openPrivacy({
    dir,
    environment,
    settings: settings.privacy,
    now: startedAt,
    onFault: (error) =>
      journal.note({
        code: 'names-not-kept',
        message: `The names behind what is hidden: ${error.message}. They are tried again with the next ones.`,
      }),
  });
  const known = await KnownProducts.open(dir);
  // Ends what goes on in the background; by itself, since the signal of the caller may end what was never begun.
  const end = new AbortController();
  let fetched: FetchedRules | undefined;
  let settingsRefused: readonly string[] | undefined;
  let clockJump: MeterSnapshot['clockJump'];
  let epoch: number | undefined;
  let aNewHour = false;
  let telling = false;
  /** `<epoch> <name>` of products that are told of, or are about to be. */
  const told = new Set<string>();

  const uploader: Uploader = createUploader({
    dir,
    hours: closedHours(join(dir, 'hours')),
    journal,
    time,
    settings: () => settings,
    beforePacking: () => privacy.flush(),
    onActivated: (now) => {
      epoch = now;
      tellOfProducts();
    },
    ...(options.patience && { patience: options.patience }),
    ...(options.serviceNow && { serviceNow: options.serviceNow }),
  });
  const rules = () => allRules(settings.customers, settings.rulesFromService ? fetched?.rules : []);
  const make = options.makeCollector ?? makeCollector;
  const products: Products = createProducts({
    dir,
    time,
    journal,
    privacy,
    known,
    uploader,
    createCollector: (product, licenses) =>
      make({ product, licenses, time, journal, password: () => secrets.passwordOf(product) }),
    labelsOf: (product) => createLabels(rules(), product),
    onIdentity: () => tellOfProducts(),
    onTaken: (ledger) => sendFirstHour(ledger),
  });

  /**
   * A product that the service has not heard of in this activation is listed in a package at once, without hours: it shows
   * that key, chain and audience are right before the first hour is over.
   */
  function tellOfProducts(): void {
    if (telling) return;
    telling = true;
    void tell();
  }
  async function tell(): Promise<void> {
    await time.sleep(TOGETHER_MS, end.signal).catch(() => undefined);
    // A machine without a clock of its own starts in 1970, and no package is of that month.
    while (!end.signal.aborted && time.now() < CLOCK_SET)
      await time.sleep(AGAIN_MS, end.signal).catch(() => undefined);
    telling = false;
    const now = epoch;
    if (now === undefined || end.signal.aborted) return;
    const month = monthOf(Math.floor(time.now() / 1000));
    const unheard = products
      .identities()
      .filter(({ name }) => known.of(name).listedIn !== now && !told.has(`${now} ${name}`));
    for (const { name } of unheard) told.add(`${now} ${name}`);
    if (unheard.length === 0) return;
    void uploader
      .list(unheard.map(({ identity: { id, type, version } }) => ({ month, product: { id, type, version } })))
      .then(async () => {
        for (const { name } of unheard) await known.change(name, { listedIn: now });
      })
      .catch(() => undefined);
    uploader.wake();
  }

  /** The first hour that is closed is sent at once, so that whoever set the meter up sees it arrive. */
  function sendFirstHour(ledger: Ledger): void {
    if (aNewHour || ledger.status().waiting === 0) return;
    aNewHour = true;
    uploader.wake();
  }

  async function reload(): Promise<void> {
    let next: MeterSettings;
    try {
      next = await readSettings(settingsPath, environment, flags);
    } catch (error) {
      settingsRefused = error instanceof MeterError ? [error.message, ...error.faults] : [String(error)];
      journal.note({ code: 'settings-refused', message: settingsRefused.join(' ') });
      throw error;
    }
    settingsRefused = undefined;
    const different = compareSettings(settings, next);
    settings = next;
    await privacy.follow(settings.privacy, time.now(), false);
    await products.apply(settings);
    products.relabel();
    products.retry();
    const words = [
      ...different.products.map(({ name, change, fields }) =>
        [`product ${name}`, change, fields.join(', ')].filter((word) => word !== '').join(' '),
      ),
      ...different.rooms,
    ];
    if (words.length > 0) journal.note({ code: 'settings-changed', message: `${words.join('; ')}.` });
    if (different.rooms.includes('service') || different.rooms.includes('upload')) uploader.wake();
  }

  /** Begins again, a minute later, what should never have ended. */
  async function keepGoing(what: string, work: (ending: AbortSignal) => Promise<void>): Promise<void> {
    while (!end.signal.aborted) {
      try {
        return await work(end.signal);
      } catch (error) {
        if (end.signal.aborted) return;
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        journal.note({ code: 'internal-fault', message: `${what}: ${words}` });
        await time.sleep(AGAIN_MS, end.signal).catch(() => undefined);
      }
    }
  }

  const snapshot = (stopped = false): MeterSnapshot => ({
    agent,
    version: AGENT_VERSION,
    pid: process.pid,
    startedAt,
    at: time.now(),
    stopped,
    service: settings.service,
    activated: epoch !== undefined,
    products: products.statuses(),
    upload: uploader.status(),
    spoolLimitBytes: settings.spool.limitBytes,
    clockJump,
    settingsRefused,
  });
  const meter: RunningMeter = {
    dir,
    settingsPath,
    journal,
    secrets,
    privacy,
    snapshot,
    settings: () => settings,
    rules,
    audited: products.audited,
    reload,
    retry: products.retry,
    wakeUploads: uploader.wake,
  };

  journal.note({
    code: 'meter-started',
    message: `Version ${AGENT_VERSION}, ${counted(settings.products.length, 'product')}.`,
  });
  await products.apply(settings);
  const background = [
    keepGoing('uploads', (ending) => uploader.run(ending)),
    keepGoing('the status file', (ending) =>
      keepStatusFile(dir, () => snapshot(ending.aborted), time, ending),
    ),
    keepGoing("the service's rules", (ending) =>
      followServiceRules(
        {
          dir,
          time,
          settings: () => settings,
          onChange: (next) => {
            fetched = next;
            products.relabel();
          },
          serviceNow: options.serviceNow,
        },
        ending,
      ),
    ),
    keepGoing('the clock', (ending) =>
      watchClock(
        time,
        options.monotonic ?? (() => performance.now()),
        journal,
        (milliseconds) => {
          clockJump = { at: time.now(), milliseconds };
        },
        ending,
      ),
    ),
  ];
  let attached: { close(): Promise<void> } | undefined;
  try {
    attached = await options.onRunning?.(meter);
    await aborted(signal);
  } finally {
    await withinSeconds(attached?.close());
    // What is taken is on the disk; what hangs is left to it.
    await withinSeconds(products.close());
    end.abort();
    await withinSeconds(Promise.allSettled(background));
    await withinSeconds(privacy.flush());
    journal.note({ code: 'meter-stopped', message: 'Asked to.' });
    journal.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function withinSeconds(work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, CLOSING_MS);
  });
  await Promise.race([Promise.resolve(work).catch(() => undefined), late]);
  clearTimeout(timer);
}
