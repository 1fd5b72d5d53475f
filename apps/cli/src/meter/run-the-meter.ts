import type { KeptEntry } from '@meterhouse/meter/journal';
import type { SettingFlags } from '@meterhouse/meter/settings';
import { type MeterPlace, settingsPathOf } from '../commands/meter/place.ts';
import { note, print } from '../terminal/output.ts';
import { entryLine } from './entry-line.ts';
import { bindWhileRunning, makeUnattended, type UnattendedFlags } from './unattended.ts';

/** Runs the meter as this process, with its API, and tells what happens. */
export async function runTheMeter(
  place: MeterPlace & UnattendedFlags,
  init: boolean,
  flags: SettingFlags,
): Promise<void> {
  const { dir, caFile, json } = place;
  const settingsPath = settingsPathOf(place);
  const words = process.stdout.isTTY === true && !json;
  const tell = (entry: KeptEntry) => print(words ? entryLine(entry) : logLine(entry));
  if (caFile !== undefined) {
    const { trustAuthority } = await import('../http/trust-authority.ts');
    await trustAuthority(caFile);
  }
  if (init) await makeUnattended(dir, settingsPath, place);
  const { keepApi } = await import('@meterhouse/meter/api');
  const { runMeterProcess } = await import('@meterhouse/meter/run');
  await runMeterProcess({
    dir,
    settingsPath,
    environment: process.env,
    flags,
    onEntry: tell,
    async onRunning(meter) {
      if (words) note(`It runs. Ctrl-C stops it; meterhouse meter status --dir ${dir} shows how it is.`);
      const end = new AbortController();
      const binding = init ? bindWhileRunning(meter, place, end.signal) : undefined;
      const api = await keepApi(meter);
      return {
        async close() {
          end.abort();
          await binding;
          await api.close();
        },
      };
    },
  });
}

/** An entry as a line for journald and containers: in one line, with the time in words. */
function logLine({ time, severity, code, product, message }: KeptEntry): string {
  return JSON.stringify({ time: new Date(time).toISOString(), severity, code, product, message });
}
