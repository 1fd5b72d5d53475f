/** A meter for the API's tests: products, rules and privacy in a real meter.yaml, packages and passwords in real files. */
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { Agent, request } from 'undici';
import { AUDIT_COLUMNS, allRules, auditCells, auditRules } from '../customers/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { type JournalStore, openJournal } from '../journal/index.ts';
import { openSecrets } from '../secrets/index.ts';
import { changeSettings, readSettings, type SettingsChange } from '../settings/index.ts';
import { type Api, type ApiOptions, createApi } from './api.ts';
import { ControlRefusal, type MeterControl, type ProductView, type WaitingCertificate } from './control.ts';

export const USER = 'admin';
export const PASSWORD = 'correct horse battery staple';
export const START = Date.UTC(2023, 0, 15, 12);

export interface TestMeter extends MeterControl {
  readonly dir: string;
  readonly settingsPath: string;
  /** What a test lets happen to products, by name. */
  readonly states: Map<string, Partial<ProductView>>;
  readonly waiting: WaitingCertificate[];
  readonly inventories: Map<string, Inventory>;
  readonly online: boolean;
  oldestUnsentAt: number | undefined;
  activated: string | undefined;
  /** As the secrets give it: undefined when there is none for the product as it is set now. */
  passwordOf(product: string): Promise<string | undefined>;
}

export async function testMeter(dir: string): Promise<TestMeter> {
  const settingsPath = join(dir, 'meter.yaml');
  const packages = join(dir, 'packages');
  const sent = join(dir, 'sent');
  for (const folder of [packages, sent]) mkdirSync(folder, { recursive: true });
  writeFileSync(settingsPath, 'service: https://service.example\nproducts: []\n');
  const secrets = await openSecrets(dir, {});
  const settings = () => readSettings(settingsPath, {});
  const change = (...changes: SettingsChange[]) => changeSettings(settingsPath, ...changes);
  let pending: Awaited<ReturnType<MeterControl['privacy']>>['next'];

  const meter: TestMeter = {
    dir,
    settingsPath,
    states: new Map(),
    waiting: [],
    inventories: new Map(),
    online: true,
    oldestUnsentAt: undefined,
    activated: undefined,
    async passwordOf(name) {
      const product = (await settings()).products.find((one) => one.name === name);
      return product && secrets.passwordOf(product).catch(() => undefined);
    },
    async products() {
      return (await settings()).products.map(({ name, type, address, port, user, paused }) => ({
        name,
        type,
        address,
        port,
        user,
        state: paused ? 'paused' : 'starting',
        stateSince: START,
        reason: undefined,
        changedAt: START,
        instanceId: undefined,
        version: undefined,
        seenUntil: undefined,
        skewSeconds: undefined,
        requests: 0,
        bytes: 0,
        ...meter.states.get(name),
      }));
    },
    async addProduct({ password, name, type, address, port, user }) {
      await change({
        kind: 'add-product',
        product: {
          name,
          type,
          address,
          ...(type === 'vCenter' ? { port } : {}),
          ...(user === '' ? {} : { user }),
        },
      });
      if (password !== undefined) await keepSecret(name, password);
      return (await meter.products()).find((view) => view.name === name)!;
    },
    async changeProduct(name, { password, ...fields }) {
      if (Object.keys(fields).length > 0) await change({ kind: 'change-product', name, fields });
      if (password !== undefined) await keepSecret(name, password);
      return (await meter.products()).find((view) => view.name === name)!;
    },
    async removeProduct(name) {
      await change({ kind: 'remove-product', name });
      await secrets.remove(name);
    },
    certificates: async () => meter.waiting,
    async decideCertificate(product, fingerprint, accepted) {
      const at = meter.waiting.findIndex((one) => one.product === product && one.fingerprint === fingerprint);
      if (at < 0) throw new ControlRefusal('not-found', 'It does not wait.');
      if (accepted) await change({ kind: 'change-product', name: product, fields: { fingerprint } });
      meter.waiting.splice(at, 1);
    },
    rules: async () => (await settings()).customers,
    async addRules(rules) {
      const before = new Set((await settings()).customers.map(({ id }) => id));
      const after = await change(...rules.map((rule) => ({ kind: 'add-rule' as const, rule })));
      return after.customers.filter(({ id }) => !before.has(id));
    },
    async renameRules(names) {
      const after = await change(
        ...names.map(({ id, name }) => ({ kind: 'change-rule' as const, id, fields: { name } })),
      );
      return after.customers.filter(({ id }) => names.some((named) => named.id === id));
    },
    async removeRules(ids) {
      await change(...ids.map((id) => ({ kind: 'remove-rule' as const, id })));
    },
    async auditRules(report, product) {
      const kinds = {
        mappedVMs: 'mapped',
        unmappedVMs: 'unmapped',
        unmappedRules: 'targetless',
        overlappedRules: 'overlapping',
      } as const;
      const audited = [...meter.inventories]
        .filter(([name]) => product === undefined || name === product)
        .map(([name, inventory]) => ({ product: { name, id: name, type: 'vCenter' }, inventory }));
      const rows = auditRules(allRules((await settings()).customers), audited as never);
      return {
        at: START,
        columns: AUDIT_COLUMNS,
        rows: (function* () {
          for (const row of rows) if (row.kind === kinds[report]) yield auditCells(row);
        })(),
      };
    },
    async privacy() {
      return { now: (await settings()).privacy, next: pending };
    },
    async changePrivacy(wanted, force) {
      if (force) await change({ kind: 'change-privacy', fields: { ...wanted } });
      pending = force ? undefined : { from: Date.UTC(2023, 1, 1), settings: wanted };
      return meter.privacy();
    },
    async deanonymise(from, to) {
      const text = readFileSync(from, 'utf8');
      if (!text.includes('\t')) throw new ControlRefusal('invalid', 'This is no report.');
      writeFileSync(to, text.replaceAll('hash-of-web-1', 'web-1'), { mode: 0o600 });
    },
    async usageData(month) {
      return readdirSync(packages)
        .filter((name) => name.includes(`_${month}`))
        .sort()
        .map((name) => ({ name, paths: [join(packages, name), join(sent, name)] }));
    },
    async cloudAuth() {
      const registration = meter.activated;
      return {
        service: 'https://service.example',
        organisation: registration === undefined ? undefined : 'organisation-1',
        registration,
        epoch: registration === undefined ? undefined : 1,
      };
    },
    async activate(token) {
      if (token === 'UMA:used')
        throw new ControlRefusal('refused', 'The service said no: the token was used already.');
      meter.activated = createHash('sha256').update(token).digest('hex').slice(0, 8);
    },
    async status() {
      return {
        agent: '88531d1c-296e-4b47-8431-c0e8182148e7',
        version: '1.2.3',
        startedAt: START,
        products: await meter.products(),
        hoursWaiting: 3,
        online: meter.online,
        packagesUnsent: 2,
        oldestUnsentAt: meter.oldestUnsentAt,
        spoolBytes: 1000,
        spoolLimitBytes: 5000,
      };
    },
  };
  async function keepSecret(name: string, password: string) {
    const product = (await settings()).products.find((one) => one.name === name)!;
    await secrets.setPassword(product, password);
  }
  return meter;
}

/** As the secrets do, and cheaper: the same work for a wrong user. */
export function loginCheck(): (user: string, password: string) => Promise<boolean> {
  const salt = randomBytes(16);
  const derive = (password: string) => scryptSync(password, salt, 32, { N: 1024 });
  const expected = derive(PASSWORD);
  return async (user, password) => timingSafeEqual(derive(password), expected) && user === USER;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are told apart by the tests that ask
  readonly json: any;
}

export interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is, with the content type that `headers` names. */
  readonly raw?: string | Buffer;
}

export interface Running {
  readonly api: Api;
  readonly meter: TestMeter;
  readonly journal: JournalStore;
  readonly url: string;
  readonly time: { ms: number; now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** Everything that the API said since it began, and all that it logged. */
  readonly said: string[];
  readonly logged: string[];
  readonly session: string;
  /** With the session's header unless `headers` say otherwise. */
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
}

export const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });

/** A running API with a session. */
export async function running(t: TestContext, options: Partial<ApiOptions> = {}): Promise<Running> {
  const dir = await mkdtemp(join(tmpdir(), 'meter-api-'));
  const time = { ms: START, now: () => time.ms, sleep: () => new Promise<void>(() => {}) };
  const journal = await openJournal(join(dir, 'journal'), { time });
  const meter = await testMeter(dir);
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const api = await createApi({
    control: meter,
    journal,
    dir,
    checkLogin: loginCheck(),
    listen: '127.0.0.1:0',
    time,
    logger,
    ...options,
  });
  t.after(async () => {
    await api.close();
    journal.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const url = `https://127.0.0.1:${api.port}`;
  const said: string[] = [];
  let session = '';
  const ask = async (
    method: string,
    path: string,
    { headers = {}, body, raw }: Asked = {},
  ): Promise<Answer> => {
    const response = await request(`${url}${path}`, {
      method: method as 'GET',
      dispatcher,
      headers: {
        ...(session === '' ? {} : { sessionid: session }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: raw ?? (body === undefined ? null : JSON.stringify(body)),
    });
    const text = Buffer.from(await response.body.arrayBuffer()).toString('latin1');
    said.push(JSON.stringify(response.headers), text);
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(Buffer.from(text, 'latin1').toString());
      },
    };
  };
  const login = await ask('POST', '/api/v1/login', { body: { user: USER, password: PASSWORD } });
  session = login.json.sessionid;
  return { api, meter, journal, url, time, said, logged, session, ask };
}
