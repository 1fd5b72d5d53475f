import { type FetchedRules, fetchRules, keepFetchedRules, loadFetchedRules } from '../customers/index.ts';
import { loadMeter } from '../identity/index.ts';
import type { MeterSettings } from '../settings/index.ts';
import type { Time } from '../time/index.ts';
import { openServiceLink } from '../upload/index.ts';

const EVERY_MS = 900_000;

export interface ServiceRulesOptions {
  readonly dir: string;
  readonly time: Time;
  readonly settings: () => MeterSettings;
  readonly onChange: (rules: FetchedRules) => void;
  readonly serviceNow?: (() => number) | undefined;
}

/**
 * Takes customers' rules from the service, where the settings say so, every quarter of an hour. While it cannot be reached the
 * last ones hold; that it cannot is the uploader's to tell.
 * @returns when the signal says so
 */
export async function followServiceRules(options: ServiceRulesOptions, signal: AbortSignal): Promise<void> {
  const { dir, time, settings, onChange } = options;
  let rules = await loadFetchedRules(dir).catch(() => undefined);
  if (rules !== undefined) onChange(rules);
  while (!signal.aborted) {
    const next = await askOnce(options, rules, signal).catch(() => undefined);
    if (next !== undefined && settings().rulesFromService) {
      rules = next;
      await keepFetchedRules(dir, next).catch(() => undefined);
      onChange(next);
    }
    await time.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

async function askOnce(
  { dir, settings, serviceNow }: ServiceRulesOptions,
  known: FetchedRules | undefined,
  signal: AbortSignal,
): Promise<FetchedRules | undefined> {
  const { service, serviceCaFile: caFile, rulesFromService } = settings();
  const meter = await loadMeter(dir);
  const { activation } = meter;
  if (!rulesFromService || service === undefined || activation === undefined) return undefined;
  const link = await openServiceLink({
    meter: { ...meter, activation },
    service,
    caFile,
    onSkew: () => undefined,
    serviceNow,
  });
  try {
    const { dispatcher, client } = link;
    const source = { server: service, agent: meter.agent, dispatcher, accessToken: client.accessToken };
    return await fetchRules(source, known, AbortSignal.any([signal, AbortSignal.timeout(60_000)]));
  } finally {
    await link.close();
  }
}
