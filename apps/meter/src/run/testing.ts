/** Products that do what a test tells them to, and a meter that runs on them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { instantOf } from '@meterhouse/metering';
import {
  type Collector,
  CollectorFailure,
  type Inventory,
  NO_LICENSE,
  type ProductIdentity,
  type Reading,
  type WatchOptions,
} from '../inventory/index.ts';
import { type MeterOnDisk, meterOnDisk } from '../spool/testing.ts';
import type { Time } from '../time/index.ts';
import type { InjectedTime } from '../time/testing.ts';
import type { CollectorOptions } from './make-collector.ts';
import { type RunningMeter, type RunOptions, runMeter } from './run-meter.ts';

/** 2023-02-01T10:00:00Z */
export const TEN = instantOf('2023-02-01T10:00:00Z');

export function identityOf(number: number): ProductIdentity {
  return { id: `5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e00${number}`, type: 'libvirt', version: '11.0' };
}

export function inventoryOf(machines: number): Inventory {
  return {
    machines: Array.from({ length: machines }, (_, index) => ({
      id: `vm-${index}`,
      uuid: `5f1f6a34-77f1-4f4c-b8cc-${String(index).padStart(12, '0')}`,
      name: `machine-${index}`,
      power: 'on' as const,
      vcpus: 2,
      memoryMib: 4096,
      reservationMib: 0,
      storageMib: 10,
      services: [],
      host: 'host-1',
      pool: undefined,
      folder: undefined,
    })),
    hosts: [
      {
        id: 'host-1',
        name: 'host-1',
        cluster: undefined,
        place: undefined,
        sockets: 2,
        coresPerSocket: 8,
        memoryMib: 65_536,
        model: 'a model',
        license: NO_LICENSE,
      },
    ],
    clusters: [],
    places: [],
  };
}

/** A product on the clock of the test: it looks every 30 s, and can be taken away, silenced or broken. */
export class ScriptedProduct implements Collector {
  readonly identity: ProductIdentity;
  readonly watches: WatchOptions[] = [];
  /** What the next watch fails with; undefined: it holds. */
  failure: unknown;
  /** Ends the connection that holds now, with this. */
  #break: ((error: unknown) => void) | undefined;
  readonly #time: Time;

  constructor(number: number, time: Time) {
    this.identity = identityOf(number);
    this.#time = time;
  }

  get isWatched(): boolean {
    return this.#break !== undefined;
  }

  lose(error: unknown): void {
    this.failure = error;
    this.#break?.(error);
  }

  async *watch(options: WatchOptions): AsyncGenerator<Reading> {
    this.watches.push(options);
    if (this.failure !== undefined) throw this.failure;
    const broken = new Promise<never>((_, reject) => {
      this.#break = reject;
    });
    broken.catch(() => undefined);
    try {
      const seen = () => Math.floor(this.#time.now() / 1000);
      yield { kind: 'inventory', seen: seen(), product: this.identity, inventory: inventoryOf(2) };
      for (;;) {
        await Promise.race([this.#time.sleep(30_000, options.signal), broken]);
        yield { kind: 'changes', seen: seen(), changes: [] };
      }
    } finally {
      this.#break = undefined;
    }
  }

  health() {
    return { skewSeconds: 0, lacking: [], requests: this.watches.length, bytes: 0 };
  }
}

export const refused = () => new CollectorFailure('connection-refused', 'nobody listens there');

export interface MeterUnderTest {
  readonly disk: MeterOnDisk;
  readonly time: InjectedTime;
  readonly settingsPath: string;
  readonly meter: RunningMeter;
  readonly made: string[];
  write(text: string): Promise<void>;
  /** Lets so many seconds of the test's clock pass, in steps small enough for what happens in between to be done. */
  pass(seconds: number): Promise<void>;
  /** Lets time pass until it is so. @throws when it is not within so many seconds of the test's clock */
  passUntil(what: string, seconds: number, isSo: () => boolean | Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

export const settingsText = (names: readonly string[], more = '') =>
  `products:\n${names.map((name) => `  - {name: ${name}, type: libvirt, address: "test:///default"}`).join('\n')}\n${more}`;

/** A running meter whose products are scripted, by the names of their settings. */
export async function meterUnderTest(
  t: TestContext,
  products: Readonly<Record<string, ScriptedProduct>>,
  time: InjectedTime,
  more: {
    readonly settings?: string;
    readonly options?: Partial<RunOptions>;
    readonly disk?: MeterOnDisk;
  } = {},
): Promise<MeterUnderTest> {
  const disk = more.disk ?? (await meterOnDisk(t));
  const settingsPath = join(disk.dir, 'meter.yaml');
  const write = (text: string) => writeFile(settingsPath, text);
  await write(settingsText(Object.keys(products), more.settings));
  const end = new AbortController();
  const made: string[] = [];
  let ran: Promise<void> | undefined;
  const meter = await new Promise<RunningMeter>((resolve, reject) => {
    ran = runMeter({
      dir: disk.dir,
      settingsPath,
      environment: {},
      signal: end.signal,
      time,
      monotonic: () => time.now(),
      makeCollector: ({ product }: CollectorOptions) => {
        made.push(product.name);
        return products[product.name]!;
      },
      onRunning: async (running) => {
        resolve(running);
        return undefined;
      },
      ...more.options,
    });
    ran.catch(reject);
  });
  const stop = async () => {
    end.abort();
    await ran;
  };
  t.after(stop);
  /** Until what was woken has done what it does: nothing is read, written or sent any more. */
  const settled = async () => {
    for (let calm = 0; calm < 3; ) {
      await sleep(1);
      const busy =
        process.getActiveResourcesInfo().some((kind) => /^FSReq|zlib/i.test(kind)) ||
        meter.snapshot().upload.state === 'sending';
      calm = busy ? 0 : calm + 1;
    }
  };
  const pass = async (seconds: number) => {
    const over = time.now() + seconds * 1000;
    await settled();
    while (time.now() < over) {
      await time.advanceTo(Math.min(over, time.now() + 30_000));
      await settled();
    }
  };
  return {
    disk,
    time,
    settingsPath,
    meter,
    made,
    write,
    stop,
    pass,
    async passUntil(what, seconds, isSo) {
      for (let passed = 0; !(await isSo()); passed += 30) {
        if (passed > seconds) throw new Error(`never came: ${what}`);
        await pass(30);
      }
    },
  };
}

/** @throws when it is not so within a minute of real time */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await sleep(5);
  }
}
