/** Everything that the month needs, and the clock that all of it goes by. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Month } from '@meterhouse/client';
import { startService } from '../../../cli/src/demo/service-process.ts';
import { makeThrowAway, PROVIDER } from '../../../cli/src/demo/throw-away.ts';
import { activateMeter } from '../../src/activation/index.ts';
import { initMeter } from '../../src/identity/index.ts';
import { openSecrets } from '../../src/secrets/index.ts';
import { writeSettings } from '../../src/settings/index.ts';
import { startVcsim } from '../peers/vcsim.ts';
import { startClockProxy } from './clock-proxy.ts';
import { DataCentre, LICENSES, type LicenseEnd } from './data-centre.ts';
import { History, instant } from './history.ts';
import { type MeterProcess, startMeter } from './meter.ts';

/** Seconds that the collector lets a vCenter settle: what it tells is up to so long ago. */
const SETTLING = 2;
const CUSTOMERS = { DC0_C1: 'Acme' };

export const second = (text: string) => Date.parse(`${text}Z`) / 1000;

/** A service, a vCenter and a meter that runs, all at the same second. */
export async function setStage(t: TestContext, begin: number) {
  const root = await mkdtemp(join(tmpdir(), 'meterhouse-month-'));
  const place = await makeThrowAway();
  const vcsim = await startVcsim(t, { clusters: 2, hosts: 2, vms: 4, tls: false });
  const proxy = await startClockProxy(`http://${vcsim.address}:${vcsim.port}`, begin * 1000 + 500);
  const history = new History();
  const centre = new DataCentre(vcsim, history, 23);
  let now = begin;
  await centre.begin(now, CUSTOMERS);

  const port = await freePort();
  const flags = ['--data', place.data, '--provision', place.provision, '--listen', `127.0.0.1:${port}`];
  let service = await startService(flags, join(root, 'service.log'));
  t.after(async () => {
    await service.stop();
    await proxy.close();
    await place.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const client = createClient({ url: service.url, apiToken: place.token });
  const dir = join(root, 'meter');
  const made = await initMeter(dir);
  const { agent } = made;
  await client.meters.register({
    agentId: agent,
    label: 'month',
    contractNumber: PROVIDER.contract,
    siteName: PROVIDER.site,
  });
  const { activationToken } = await client.meters.createActivationToken(agent);
  await activateMeter(made, service.url, activationToken);
  const settings = await writeSettings(join(dir, 'meter.yaml'), {
    service: service.url,
    products: [
      {
        name: 'vc',
        address: '127.0.0.1',
        port: proxy.port,
        user: vcsim.user,
        fingerprint: proxy.fingerprint,
      },
    ],
    licenses: Object.entries(LICENSES).map(([key, category]) => ({ key, category })),
    customers: Object.entries(CUSTOMERS).map(([cluster, name]) => ({
      name,
      productId: 'vc',
      targetType: 'ClusterComputeResource' as const,
      targetId: `/DC0/host/${cluster}`,
    })),
    privacy: { vm: 'plain', host: 'plain', cluster: 'plain', license: 'plain' },
  });
  await (await openSecrets(dir, {})).setPassword(settings.products[0]!, vcsim.password);
  /** The middle of the second, as clocks are in the middle of something. */
  const clock = () => now * 1000 + 500;
  let meter: MeterProcess | undefined = await startMeter(t, dir, clock());
  await reached();

  /** Moves all clocks to a second and lets the meter see what is there. */
  async function moveTo(to: number): Promise<void> {
    now = to;
    proxy.setMoment(clock());
    await meter?.advanceTo(clock());
    await seen();
  }
  async function reached(): Promise<void> {
    while ((await meter!.snapshot()).products[0]?.state !== 'reached') await sleep(20);
    await proxy.cycles(2);
  }
  async function seen(): Promise<void> {
    const [status] = (await meter?.snapshot())?.products ?? [];
    if (status?.state === 'reached') await proxy.cycles(2);
  }

  return {
    history,
    centre,
    proxy,
    now: () => now,
    meter: () => meter!,

    /** Lets time pass until then, hour by hour, and so many things happen at moments that chance decides. */
    async live(until: string, random: () => number, things: number): Promise<void> {
      const end = second(until);
      const begin = now;
      const moments = new Set<number>([end]);
      for (let hour = Math.ceil((begin + 1) / 3600) * 3600; hour < end; hour += 3600) moments.add(hour + 5);
      const happening = Array.from(
        { length: things },
        () => begin + 1 + Math.floor(random() * (end - begin - 1)),
      );
      for (const at of happening) moments.add(at);
      for (const at of [...moments].filter((one) => one > begin && one <= end).sort((a, b) => a - b)) {
        await moveTo(at);
        if (!happening.includes(at)) continue;
        for (let count = random() < 0.3 ? 3 : 1; count > 0; count -= 1) await centre.something(at);
        // A meter looks more than once an hour: it sees this before the next hour's end is there.
        await seen();
      }
    },

    /** Up to when the meter knows everything now. */
    async settled(): Promise<number> {
      await moveTo(now + 10);
      return now - SETTLING;
    },

    /** Waits until the meter is back, and tells since when it sees again. */
    async backAt(): Promise<number> {
      await moveTo(now + 600);
      await reached();
      return now;
    },

    async killMeter() {
      await meter!.kill();
      meter = undefined;
    },
    async stopMeter() {
      await meter!.stop();
      meter = undefined;
    },
    async startMeter() {
      meter = await startMeter(t, dir, clock());
      await reached();
    },
    async killService() {
      process.kill(service.pid, 'SIGKILL');
      await service.ended.catch(() => {});
    },
    async startService() {
      service = await startService(flags, join(root, 'service.log'));
    },

    /** Waits until the service has taken all there is. */
    async sendAll(): Promise<void> {
      for (let tries = 0; tries < 600; tries += 1) {
        const { upload, products } = await meter!.wake();
        if (upload.spool?.unsent === 0 && products.every(({ ledger }) => ledger?.waiting === 0)) return;
        await sleep(100);
      }
      assert.fail(`not all was sent: ${JSON.stringify((await meter!.snapshot()).upload)}`);
    },

    /** A host runs under another key, and the meter looks at licences again after a minute. */
    async license(host: string, end: LicenseEnd): Promise<void> {
      await centre.license(now, now + 61, host, end);
      await moveTo(now + 61);
    },

    /** Each hour of a month that was not collected, with the seconds of it that were. */
    async lackingHours(month: Month): Promise<Readonly<Record<string, number>>> {
      const { products } = await client.coverages.get(agent, month);
      const lacking: Record<string, number> = {};
      for (const { from, to, state, coveredSeconds = 0 } of products.flatMap(({ hours }) => hours))
        for (let at = Date.parse(from); state !== 'collected' && at < Date.parse(to); at += 3600_000)
          lacking[instant(at / 1000)] = coveredSeconds;
      return lacking;
    },

    /** Rows of the meter's reports of a month by their type, as cells, when they tell all that has come. */
    async reports(month: Month): Promise<Readonly<Record<string, string[][]>>> {
      for (;;) {
        const { reports, pending } = await client.reports.listMonth(month);
        if (pending !== false) {
          await sleep(200);
          continue;
        }
        const rows: Record<string, string[][]> = {};
        for (const entry of reports[agent] ?? []) {
          const text = await (await client.reports.download(entry)).text();
          const [, ...lines] = text.split('\n').slice(0, -1);
          rows[entry.reportType] = lines.map((line) => line.split('\t'));
        }
        return rows;
      }
    },
  };
}

/** A port for a service that comes back at its place. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
