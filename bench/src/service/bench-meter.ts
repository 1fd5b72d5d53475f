import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ActivationToken,
  AuthorizeAnswer,
  ReportEntry,
  UploadAnswer,
  UploadDetail,
} from '@meterhouse/contract';
import { activateMeter } from '@meterhouse/meter/activation';
import { type WrittenDay, writeDays } from '@meterhouse/meter/days';
import { fleetDays } from '@meterhouse/meter/fleet';
import { type ActivatedMeter, initMeter } from '@meterhouse/meter/identity';
import { signIn } from '@meterhouse/meter/sign-in';
import { type Month, parseMonth } from '@meterhouse/metering';
import { type Connection, connect } from './client.ts';
import { PROVIDER } from './provider.ts';

/** Thirty days: 720 hours. Long past, so that every hour of it has been. */
export const MONTH: Month = parseMonth('2023-04');

const POLL_MS = 20;
const PATIENCE_MS = 120_000;

/** A meter of the made-up provider, with its own fleet and its own connection, that sends one package a day of the month. */
export interface BenchMeter {
  readonly agent: string;
  readonly vms: number;
  /** Records that were loaded. */
  records(): number;
  /** Days of the month that have no package yet. */
  daysLeft(): number;
  /** Writes the packages of the next days, as many as are left at most; made at the meter, so never part of what is measured. */
  write(days: number): Promise<readonly Package[]>;
  /** Writes a package of one machine in a vCenter of its own, by which the month changes and hardly grows. */
  writeTick(): Promise<Package>;
  /** Sends packages one after another and waits until all of them are loaded. */
  deliver(packages: readonly Package[]): Promise<void>;
  /** An administrator's access token. */
  accessToken(): string;
  /** Where the month of all meters is listed. */
  readonly monthPath: string;
  /** The month's reports as they are listed now. */
  reports(): Promise<readonly ReportEntry[]>;
  /** Waits until other reports are listed than these. */
  renewed(before: readonly ReportEntry[]): Promise<void>;
  /** Speaks to the service at another address, after a restart. */
  moveTo(server: string): Promise<void>;
  close(): void;
}

export interface Package {
  readonly path: string;
  readonly records: number;
}

export interface MeterOptions {
  readonly server: string;
  /** The administrator's API token. */
  readonly apiToken: string;
  /** For the meter's identity and its packages. */
  readonly folder: string;
  readonly vms: number;
  /** Days of the month that there will be packages of. */
  readonly days: number;
}

/** Registers a meter under the provider's contract, binds its key and signs it in. */
export async function registerMeter(options: MeterOptions): Promise<BenchMeter> {
  const { server, apiToken, folder, vms } = options;
  const fresh = await initMeter(join(folder, 'meter'));
  const { agent } = fresh;
  const administrator = connect(server);
  const token = await authorize(administrator, apiToken);
  await administrator.call('/usage/api/v1/agent-registrations', {
    method: 'POST',
    token,
    json: {
      agentId: agent,
      label: `bench of ${vms} machines`,
      contractNumber: PROVIDER.contract,
      siteName: PROVIDER.site,
    },
  });
  await until(
    async () =>
      (await administrator.call(`/usage/api/v1/agent-registrations/${agent}`, { token })).status === 200,
  );
  const { body: activation } = await administrator.call<ActivationToken>(
    `/usage/api/v1/agents/${agent}/activation-token`,
    { method: 'POST', token },
  );
  administrator.close();
  const meter = await activateMeter(fresh, server, activation.activationToken);
  return meterOf(meter, options, token);
}

async function meterOf(
  meter: ActivatedMeter,
  { server, apiToken, folder, vms, days: allDays }: MeterOptions,
  firstToken: string,
): Promise<BenchMeter> {
  const { agent } = meter;
  const out = join(folder, 'packages');
  const uploads = `/usage/api/v1/agents/${agent}/uploads`;
  let connection = connect(server);
  let token = firstToken;
  let { accessToken } = await signIn(meter, server);
  let written = 0;
  let ticks = 0;
  let loaded = 0;

  const deliver = async (packages: readonly Package[]): Promise<void> => {
    const sent: string[] = [];
    for (const { path } of packages) {
      const { body } = await connection.call<UploadAnswer>(uploads, {
        method: 'POST',
        token: accessToken,
        file: path,
      });
      sent.push(body.uploadId);
    }
    for (const upload of sent) await until(() => isLoaded(connection, `${uploads}/${upload}`, accessToken));
    loaded += packages.reduce((sum, { records }) => sum + records, 0);
  };
  const [year, month] = MONTH.name.split('-');
  const monthPath = `/usage/api/v1/reports/${year}/${Number(month)}`;
  const reports = async (): Promise<readonly ReportEntry[]> =>
    (await connection.call<ReportEntry[]>(`${monthPath}/${agent}`, { token })).body;
  return {
    agent,
    vms,
    deliver,
    accessToken: () => token,
    monthPath,
    reports,
    records: () => loaded,
    daysLeft: () => allDays - written,
    async write(count) {
      const days = fleetDays({ seed: `bench-${vms}`, machines: vms, month: MONTH, days: allDays });
      const starts = days.starts.slice(written, written + count);
      written += starts.length;
      return packagesOf(await writeDays({ ...days, starts }, { meter, out }));
    },
    async writeTick() {
      ticks += 1;
      const days = fleetDays({ seed: `tick-${ticks}`, machines: 1, month: MONTH, days: 1 });
      return packagesOf(await writeDays(days, { meter, out }))[0]!;
    },
    async renewed(before) {
      const known = new Set(before.map(({ ref }) => ref));
      await until(async () => (await reports()).some(({ ref }) => !known.has(ref)));
    },
    async moveTo(address) {
      connection.close();
      connection = connect(address);
      // Its address is the issuer of its tokens, so those of the one before are no longer good.
      token = await authorize(connection, apiToken);
      ({ accessToken } = await signIn(meter, address));
    },
    close: () => connection.close(),
  };
}

/** Exchanges the administrator's API token. */
async function authorize(connection: Connection, apiToken: string): Promise<string> {
  const { body } = await connection.call<AuthorizeAnswer>('/csp/gateway/am/api/auth/api-tokens/authorize', {
    method: 'POST',
    form: { refresh_token: apiToken },
  });
  return body.access_token;
}

export async function removePackages(packages: readonly Package[]): Promise<void> {
  await Promise.all(packages.map(({ path }) => rm(path)));
}

function packagesOf(days: readonly WrittenDay[]): readonly Package[] {
  return days.map(({ path, records = 0 }) => ({ path, records }));
}

async function isLoaded(connection: Connection, path: string, token: string): Promise<boolean> {
  const { body } = await connection.call<UploadDetail>(path, { token });
  if (body.state === 'refused' || body.state === 'late') throw new Error(`${path} is ${body.state}`);
  return body.state === 'loaded';
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(POLL_MS))
    if (await holds()) return;
  throw new Error('The service took longer than two minutes.');
}
