import { type RunningMeter, type RunOptions, runMeter } from './run-meter.ts';

/**
 * Runs the meter as this process: SIGTERM and SIGINT end it in good order, SIGHUP reads the settings again. A promise that
 * nobody waited for is told and ends nothing; an exception that nobody caught ends the process, and systemd starts it again.
 * @throws as runMeter
 */
export async function runMeterProcess(options: Omit<RunOptions, 'signal'>): Promise<void> {
  const end = new AbortController();
  let running: RunningMeter | undefined;
  const stop = () => end.abort();
  // What is wrong with the settings is in the journal then.
  const reload = () => void running?.reload().catch(() => undefined);
  const tell = (reason: unknown) =>
    running?.journal.note({
      code: 'internal-fault',
      message: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    });
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', reload).on('unhandledRejection', tell);
  try {
    await runMeter({
      ...options,
      signal: end.signal,
      onRunning: async (meter) => {
        running = meter;
        return options.onRunning?.(meter);
      },
    });
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop).off('SIGHUP', reload).off('unhandledRejection', tell);
  }
}
