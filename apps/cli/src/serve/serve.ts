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
  const { createService, readConfig } = await import('@meterhouse/service');
  const service = await createService(readConfig(flags, process.env), { onFailure: fail });
  process.send?.({ url: service.url });
  note(`Meterhouse answers at ${service.url}. Ctrl-C stops it.`);
  if (service.operatorTokenFile !== undefined) {
    note(`The operators' API token is in ${service.operatorTokenFile}; only you can read it.`);
  }
  try {
    await stopping;
    note('Stopping; Ctrl-C again stops at once.');
  } finally {
    await service.close();
    if (process.connected) process.disconnect();
  }
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
