import { join } from 'node:path';
import { readTrace } from '@meterhouse/meter/replay';
import { monthOf } from '@meterhouse/metering';
import { signedIn } from '../http/session.ts';
import { print } from '../terminal/output.ts';
import { bold, dim, green } from '../terminal/style.ts';
import { createNarrator } from './narrator.ts';
import { type ServiceProcess, startService } from './service-process.ts';
import { bindKey } from './steps/bind-key.ts';
import { exchangeToken } from './steps/exchange-token.ts';
import { readReports } from './steps/read-reports.ts';
import { register } from './steps/register.ts';
import { sendMonth } from './steps/send-month.ts';
import { makeThrowAway, PROVIDER, type ThrowAway } from './throw-away.ts';

export interface DemoOptions {
  /** Ends when the journey is through. */
  readonly once: boolean;
  /** A trace to meter instead of the made-up fleet. */
  readonly trace?: string;
}

/** What a shell reports of a process that Ctrl-C ended. */
const INTERRUPTED = 130;
/** Long past, so that every run shows the same figures. */
const FLEET_MONTH = '2023-01';

/**
 * Runs the main job of Meterhouse with a service of its own in a throw-away directory. Whatever ends it, Ctrl-C included, the
 * service is stopped and the directory removed.
 */
export async function runDemo({ once, trace }: DemoOptions): Promise<void> {
  const month = trace === undefined ? FLEET_MONTH : await monthOfTrace(trace);
  const interrupted = interruption();
  const place = await makeThrowAway();
  let service: ServiceProcess | undefined;
  try {
    const started = performance.now();
    print(bold('Meterhouse, from a token to a bill that can be checked'));
    print(dim(`Everything of this demo lies in ${place.root} and is removed at its end.`));
    service = await startService(serviceFlags(place), join(place.root, 'service.log'));
    print(dim(`A service of ${PROVIDER.name} answers at ${service.url} after ${seconds(started)}.`));
    await Promise.race([walk(service), interrupted, service.ended]);
    if (interrupted.happened) {
      process.exitCode = INTERRUPTED;
      return;
    }
    print();
    print(green(bold(`The journey took ${seconds(started)}.`)));
    if (once) return;
    lookAround(service, place);
    await Promise.race([interrupted, service.ended]);
  } finally {
    print();
    print(dim('Stopping the service and removing the directory.'));
    await service?.stop();
    await place.remove();
  }

  async function walk(running: ServiceProcess): Promise<void> {
    const journey = {
      narrator: createNarrator(),
      place,
      service: running,
      client: signedIn(running.url, async () => place.token),
      month,
      trace,
    };
    await exchangeToken(journey);
    await register(journey);
    const meter = await bindKey(journey);
    await sendMonth(journey, meter);
    await readReports(journey);
  }
}

function serviceFlags({ data, provision }: ThrowAway): string[] {
  return [
    '--data',
    data,
    '--provision',
    provision,
    '--listen',
    '127.0.0.1:0',
    '--report-renewal-interval',
    '1s',
  ];
}

function lookAround(service: ServiceProcess, place: ThrowAway): void {
  const look: [string, string][] = [
    ['API reference', `${service.url}/openapi.json`],
    ['Health', `${service.url}/healthz`],
    ['Figures', `${service.url}/metrics`],
    ['A package', `zcat ${place.packages}/*_000001_* | head -3`],
    ['Reports', place.reports],
    ['Service log', join(place.root, 'service.log')],
  ];
  print();
  print(bold('It stays up. Where to look:'));
  for (const [name, where] of look) print(`   ${name.padEnd(14)} ${where}`);
  print();
  print('   The command line, in this checkout:');
  print(`   export METERHOUSE_SERVER=${service.url} METERHOUSE_TOKEN=${place.token}`);
  print('   npm run --silent meterhouse -- meters list');
  print();
  print(dim('   Ctrl-C ends it.'));
}

/** The month in which the trace begins. */
async function monthOfTrace(path: string): Promise<string> {
  const trace = await readTrace(path);
  return monthOf(trace.on[trace.arrivals[0]!]!);
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process as it is. */
function interruption(): Promise<void> & { readonly happened: boolean } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const state = Object.assign(promise, { happened: false });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (state.happened) process.exit(signal === 'SIGINT' ? 130 : 143);
      state.happened = true;
      resolve();
    });
  }
  return state;
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
