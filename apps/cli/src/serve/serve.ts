import type { Service } from '@meterhouse/service';
import { EXIT } from '../exit-codes.ts';
import { explain } from '../explain.ts';
import { Failure } from '../failure.ts';
import { note } from '../terminal/output.ts';

/**
 * Runs the service until it is told to stop. The first Ctrl-C (or SIGTERM) lets what is under way end; a second one stops at
 * once, and the next start mends what that leaves. A process that started this one through a channel is told the address,
 * and when it is gone the service stops as well.
 * @param flags what follows `meterhouse serve`
 * @throws what keeps the service from starting or from going on
 */
export async function serve(flags: readonly string[]): Promise<void> {
  if (flags.includes('--help') || flags.includes('-h')) {
    const { serveHelp } = await import('./serve-help.ts');
    process.stdout.write(await serveHelp());
    return;
  }
  const { promise: stopping, resolve: stop, reject: fail } = Promise.withResolvers<void>();
  hearSignals(stop);
  process.once('disconnect', stop);
  const service = await start(flags, fail).catch((error: unknown) => {
    // The channel to who started us would keep this process alive, and him waiting.
    if (process.connected) process.disconnect();
    throw error;
  });
  process.send?.({ url: service.url });
  note(`Meterhouse answers at ${service.url}; its pages are at ${service.url}/docs. Ctrl-C stops it.`);
  if (service.operatorTokenFile !== undefined) {
    note(`The operators' API token is in ${service.operatorTokenFile}; only you can read it.`);
    note(
      'Next, a provider: --provision FILE declares one; or meterhouse login, then meterhouse organisations create --help.',
    );
  }
  try {
    await stopping;
    note('Stopping; Ctrl-C again stops at once.');
  } finally {
    await service.close();
    if (process.connected) process.disconnect();
  }
}

async function start(flags: readonly string[], onFailure: (error: Error) => void): Promise<Service> {
  const { createService, readConfig } = await import('@meterhouse/service');
  const config = readConfig(flags, process.env);
  return createService(config, { onFailure }).catch((error: unknown) => {
    throw explain(error) ?? startFailure(error, config.logLevel);
  });
}

/** What keeps the service from starting is told in its own words; where it was thrown only helps those who work on it. */
function startFailure(error: unknown, logLevel: string): unknown {
  if (!(error instanceof Error) || logLevel === 'debug' || logLevel === 'trace') return error;
  if (error.name === 'DeclarationFaults') return new Failure(error.message, EXIT.usage);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return new Failure(`${address}:${port} is taken by another process.`, EXIT.refused, {
      advice: 'Stop that one, or give --listen another port.',
    });
  }
  if (code === 'EACCES' && port !== undefined) {
    return new Failure(`You may not listen on ${address}:${port}.`, EXIT.refused, {
      advice: 'Ports below 1024 are for root: give --listen a higher one and put a proxy in front.',
    });
  }
  return new Failure(`The service does not start. ${error.message}`, EXIT.refused, {
    advice: '--log-level debug tells where in the service.',
  });
}

/** The first signal asks to stop, the second one ends the process. */
function hearSignals(stop: () => void): void {
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // What a shell reports of a process that a signal ended.
      if (told) process.exit(signal === 'SIGINT' ? 130 : 143);
      told = true;
      stop();
    });
  }
}
