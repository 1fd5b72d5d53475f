/** A meter that nobody sits at: made and bound by what flags and environment say. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningMeter } from '@meterhouse/meter/run';
import type { Globals } from '../commands/globals.ts';
import { accountOf } from '../credentials/account.ts';
import { serverAddress } from '../credentials/server-address.ts';
import { explain } from '../explain.ts';
import { connect } from '../http/connect.ts';
import { bindMeter } from './bind-meter.ts';

export interface UnattendedFlags extends Globals {
  readonly agent?: string;
  readonly label?: string;
  readonly contract?: string;
  readonly site?: string;
  readonly mode?: 'PRODUCTION' | 'TEST';
  readonly activationTokenFile?: string;
}

/** Makes what is not there: identity, keys, and a meter.yaml that has the service of METERHOUSE_SERVER and else comments. */
export async function makeUnattended(
  dir: string,
  settingsPath: string,
  flags: UnattendedFlags,
): Promise<void> {
  const { initMeter, loadMeter } = await import('@meterhouse/meter/identity');
  const { writeSettings } = await import('@meterhouse/meter/settings');
  await loadMeter(dir).catch((error: { code?: unknown }) => {
    if (error.code !== 'not-initialised') throw error;
    return initMeter(dir, flags.agent);
  });
  if (existsSync(settingsPath)) return;
  const server = flags.server ?? (process.env.METERHOUSE_SERVER || undefined);
  const outside = Boolean(process.env.METERHOUSE_METER_SERVICE);
  await writeSettings(
    settingsPath,
    server === undefined || outside ? {} : { service: new URL(serverAddress(server)).origin },
  );
}

const AGAIN_MS = 60_000;

/**
 * Registers and activates a meter that runs and is not bound yet, until it is; metering goes on meanwhile. What came of it
 * stands in the journal.
 */
export async function bindWhileRunning(
  meter: RunningMeter,
  flags: UnattendedFlags,
  signal: AbortSignal,
): Promise<void> {
  const { loadMeter } = await import('@meterhouse/meter/identity');
  while (!signal.aborted) {
    const identity = await loadMeter(meter.dir);
    const { service, serviceCaFile } = meter.settings();
    // Somebody else may have bound it meanwhile; an OFFLINE meter is bound by a person.
    if (identity.activation !== undefined || service === undefined) return;
    try {
      await bindOnce(identity, service, flags, serviceCaFile);
      meter.journal.note({ code: 'meter-bound', message: `It is bound to ${service}.` });
      meter.wakeUploads();
      return;
    } catch (error) {
      const failure = explain(error);
      const { message, faults = [] } = failure ?? (error as Error & { faults?: readonly string[] });
      meter.journal.note({
        code: 'meter-not-bound',
        message: `It is not bound to ${service} yet: ${[message, ...faults].join(' ')} It is tried again each minute.`,
      });
    }
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function bindOnce(
  identity: Awaited<ReturnType<typeof import('@meterhouse/meter/identity')['loadMeter']>>,
  service: string,
  flags: UnattendedFlags,
  caFile: string | undefined,
): Promise<void> {
  const token = await activationToken(flags);
  if (token !== undefined) {
    const { activateMeter } = await import('@meterhouse/meter/activation');
    await activateMeter(identity, service, token, caFile);
    return;
  }
  const { token: apiToken } = await accountOf({ ...flags, server: service });
  if (apiToken === undefined)
    throw new Error(
      'there is neither an API token (METERHOUSE_TOKEN) nor an activation token (METERHOUSE_METER_ACTIVATION_TOKEN).',
    );
  const { label = hostname(), contract, site, mode } = flags;
  const { AGENT_VERSION } = await import('@meterhouse/meter/identity');
  await bindMeter(
    await connect({ ...flags, server: service, ...(caFile !== undefined && { caFile }) }),
    service,
    identity,
    {
      agentId: identity.agent,
      label,
      version: AGENT_VERSION,
      ...(contract !== undefined && { contractNumber: contract }),
      ...(site !== undefined && { siteName: site }),
      ...(mode !== undefined && { meteringMode: mode }),
    },
    caFile,
    () => undefined,
  );
}

async function activationToken({ activationTokenFile }: UnattendedFlags): Promise<string | undefined> {
  const given = process.env.METERHOUSE_METER_ACTIVATION_TOKEN?.trim();
  if (given) return given;
  if (!activationTokenFile) return undefined;
  return (await readFile(activationTokenFile, 'utf8')).trim();
}
