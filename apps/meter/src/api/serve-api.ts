import type { RunningMeter } from '../run/index.ts';
import { type Api, createApi } from './api.ts';
import { controlOf, type RunningControlOptions } from './running-control.ts';

/**
 * The API of a meter that runs, as its settings say; for `onRunning` of runMeter. A change of `api` in the settings counts from
 * the next start on.
 * @returns undefined when the settings want none
 * @throws ApiSetUpError
 */
export async function serveApi(
  meter: RunningMeter,
  options: RunningControlOptions & { readonly logger?: Parameters<typeof createApi>[0]['logger'] } = {},
): Promise<Api | undefined> {
  const { listen, certFile, keyFile } = meter.settings().api;
  if (listen === undefined) return undefined;
  return createApi({
    control: controlOf(meter, options),
    journal: meter.journal,
    dir: meter.dir,
    checkLogin: (user, password) => meter.secrets.verifyApiPassword(user, password),
    listen,
    ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
}
