import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './options.ts';
import { type RawEngine, startRawEngine } from './raw/raw-engine.ts';
import { type BenchMeter, registerMeter } from './service/bench-meter.ts';
import { writeProvisioning } from './service/provider.ts';
import { memoryOf, type ServiceProcess, startService } from './service/service-process.ts';
import { say } from './table.ts';

/** The service under test in its throw-away directory, its meters, and the highest of what it took. */
export interface Stand {
  readonly options: BenchOptions;
  /** The throw-away directory. */
  readonly root: string;
  /** The administrator's. */
  readonly apiToken: string;
  service(): ServiceProcess;
  /** The meter with so many machines; registered when it is first asked for. `again` names another one of this size. */
  meter(vms: number, again?: string): Promise<BenchMeter>;
  /** Ends the service (by kill -9 where said) and starts it on the same directory; meters speak to the new one. */
  restart(flags: readonly string[], end?: 'stop' | 'kill'): Promise<ServiceProcess>;
  /** Waits until no load and no renewal is due. */
  settle(): Promise<void>;
  /** A raw engine on an empty directory, or on a copy of the service's tables: then the service is ended meanwhile. */
  rawEngine(on: 'empty' | 'copy'): Promise<RawEngine>;
  /** Records that were loaded, of all meters. */
  records(): number;
  /** Bytes, over all processes of the service so far. */
  highest(): { service: number; postgres: number };
  /** The end of the service's log, for when something failed. */
  endOfLog(): Promise<string>;
  close(): Promise<void>;
}

const LOG_LINES = 12;

export async function openStand(options: BenchOptions): Promise<Stand> {
  const root = await mkdtemp(join(tmpdir(), 'meterhouse-bench-'));
  const provision = join(root, 'provider.yaml');
  const apiToken = await writeProvisioning(provision);
  const data = join(root, 'data');
  const always = ['--data', data, '--provision', provision, '--listen', '127.0.0.1:0'];
  const log = join(root, 'service.log');
  const meters = new Map<string, BenchMeter>();
  const engines: RawEngine[] = [];
  const highest = { service: 0, postgres: 0 };
  let flags: readonly string[] = [];
  let service: ServiceProcess;
  try {
    service = await startService(always, log);
  } catch (error) {
    say(`The end of the service's log:\n${await endOf(log)}`);
    await rm(root, { recursive: true, force: true });
    throw error;
  }

  const note = () => {
    highest.service = Math.max(highest.service, memoryOf(service).highest);
    highest.postgres = Math.max(highest.postgres, service.highestOfChildren());
    return highest;
  };
  const start = async () => {
    service = await startService([...always, ...flags], log);
    for (const meter of meters.values()) await meter.moveTo(service.url);
    return service;
  };
  return {
    options,
    root,
    apiToken,
    service: () => service,
    async meter(vms, again = '') {
      const name = `${vms}${again}`;
      let meter = meters.get(name);
      if (!meter) {
        const folder = join(root, `meter-${name}`);
        meter = await registerMeter({ server: service.url, apiToken, folder, vms, days: options.days });
        meters.set(name, meter);
      }
      return meter;
    },
    async restart(given, end = 'stop') {
      note();
      await service[end]();
      flags = given;
      return start();
    },
    async settle() {
      // The answer may be a second old.
      await sleep(1100);
      while (!(await nothingWaits(service.url))) await sleep(200);
    },
    async rawEngine(on) {
      const path = join(root, `raw-${engines.length}`);
      if (on === 'copy') {
        note();
        await service.stop();
        await cp(join(data, 'engine'), path, { recursive: true });
        await start();
      }
      const engine = await startRawEngine(path);
      engines.push(engine);
      return engine;
    },
    records: () => meters.values().reduce((sum, meter) => sum + meter.records(), 0),
    highest: note,
    endOfLog: () => endOf(log),
    async close() {
      for (const meter of meters.values()) meter.close();
      await Promise.allSettled([service.stop(), ...engines.map((engine) => engine.stop())]);
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function endOf(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trim().split('\n').slice(-LOG_LINES).join('\n');
}

async function nothingWaits(url: string): Promise<boolean> {
  const answer = await fetch(new URL('/healthz', url));
  const { checks } = (await answer.json()) as { checks: Record<string, { detail: string }> };
  return ['jobs', 'packages'].every((name) => checks[name]?.detail === 'nothing waits');
}
