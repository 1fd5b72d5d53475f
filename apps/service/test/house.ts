import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/platform/config/index.ts';
import { type Database, openDatabase } from '../src/platform/database/index.ts';
import { readSecret, serviceRole } from '../src/platform/database/private-postgres/create-cluster.ts';
import { readPostmaster } from '../src/platform/database/private-postgres/postmaster.ts';
import { createTestDatabase, silentLogger } from '../src/platform/database/testing.ts';
import type { DescribedDocument } from '../src/platform/http/index.ts';
import { createLogger } from '../src/platform/telemetry/index.ts';
import { createService, type Service } from '../src/service.ts';
import { describedAnswers } from './described-answers.ts';

export const roles = ['administrator', 'reporter', 'reader'] as const;
export type TestRole = (typeof roles)[number];

/** An organisation as the provisioning file makes it: contract 1012345 with Site A and one contract of its own, tokens of each role. */
export interface Organisation {
  readonly name: string;
  readonly id: string;
  readonly ownContract: string;
  /** API tokens. */
  readonly apiTokens: Readonly<Record<TestRole, string>>;
  /** Access tokens. */
  readonly access: Readonly<Record<TestRole, string>>;
}

/** The real service, listening on loopback, on a data directory and a database that are gone afterwards. */
export interface House {
  readonly service: Service;
  readonly url: string;
  readonly data: string;
  readonly database: Database;
  readonly a: Organisation;
  readonly b: Organisation;
  /** The operator's API token, from the file of the first start. */
  readonly operatorToken: string;
  /** What the service logged, a JSON text each. */
  readonly lines: string[];
  /** How far the service's clock is ahead, in milliseconds. */
  ahead: number;
  /** @throws AssertionError when the OpenAPI document does not describe the answer */
  call(method: string, path: string, request?: CallRequest): Promise<Answer>;
  /** An access token. */
  exchange(apiToken: string): Promise<string>;
  close(): Promise<void>;
}

export interface CallRequest {
  readonly bearer?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, form fields as a form, bytes as they are. */
  readonly body?: object | Uint8Array<ArrayBuffer> | URLSearchParams | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what its test is about
  readonly json: any;
}

export interface HouseOptions {
  /** Further flags of `meterhouse serve`. */
  readonly flags?: readonly string[];
  readonly logLevel?: string;
  /** Where the data directory is made; by itself a folder that is gone afterwards. */
  readonly folder?: string;
  /** Keep the records in the service's own PostgreSQL, on the data directory's disk. */
  readonly ownPostgres?: boolean;
  readonly onFailure?: (error: Error) => void;
}

/** The value of an API token of the tests: 128 bits and more in looks, told apart by its beginning. */
const tokenOf = (organisation: string, role: string) => `${organisation}-${role}-0123456789-abcdefghijklmnop`;

export const passwordOf = (organisation: string) => `${organisation}-correct-horse-battery-staple`;

const provision = `organisations:${['Acme', 'Borealis']
  .map(
    (name) => `
  - name: ${name}
    partnerId: P-${name}
    people: [{email: ops@${name.toLowerCase()}.example, role: administrator, password: {env: ${name}_password}}]
    apiTokens:${roles.map((role) => `\n      - {name: ${role}, role: ${role}, value: {env: ${name}_${role}}}`).join('')}
    contracts:
      - {number: "1012345", family: RENTAL, currency: USD, ruleSet: flex, sites: [{name: Site A}]}
      - {number: "${name}-only", family: RENTAL, currency: USD, ruleSet: flex, sites: [{name: ${name} Site}]}`,
  )
  .join('')}\n`;

/** One process has one engine, so a test file has one house. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const { flags = [], logLevel = 'info', ownPostgres = false, onFailure } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'meterhouse-house-'));
  const data = join(folder, 'data');
  const provisionFile = join(folder, 'provision.yaml');
  writeFileSync(provisionFile, provision, { mode: 0o600 });
  const names = ['Acme', 'Borealis'];
  const environment = Object.fromEntries(
    names.flatMap((name) => [
      [`${name}_password`, passwordOf(name)],
      ...roles.map((role) => [`${name}_${role}`, tokenOf(name, role)]),
    ]),
  );
  const lines: string[] = [];
  const outside = ownPostgres ? undefined : await createTestDatabase();
  const config = readConfig(
    [
      '--data',
      data,
      '--listen',
      '127.0.0.1:0',
      '--provision',
      provisionFile,
      // A test machine may have little room; a test of the reserve says its own.
      ...(flags.includes('--disk-reserve') ? [] : ['--disk-reserve', '0']),
      ...flags,
    ],
    outside ? { DATABASE_URL: outside.connectionString } : {},
  );
  const time = { ahead: 0 };
  const service = await createService(config, {
    environment,
    ...(onFailure ? { onFailure } : {}),
    clock: () => new Date(Date.now() + time.ahead),
    logger: createLogger(logLevel, { write: (line: string) => void lines.push(line) }),
  });
  const database = outside ?? (await openPrivateDatabase(data));
  const isDescribed = describedAnswers(service.app.swagger() as unknown as DescribedDocument);
  const call: House['call'] = async (method, path, request) => {
    const answer = await callAt(service.url, method, path, request);
    isDescribed(method, path, answer);
    return answer;
  };
  const exchange = (apiToken: string) => exchangeAt(service.url, apiToken);
  const organisation = async (name: string): Promise<Organisation> => {
    const [row] = await database.query<{ id: string }>('select id from organisations where name = $1', [
      name,
    ]);
    const apiTokens = byRole((role) => tokenOf(name, role));
    const [administrator, reporter, reader] = await Promise.all(
      roles.map((role) => exchange(apiTokens[role])),
    );
    const access = { administrator: administrator!, reporter: reporter!, reader: reader! };
    return { name, id: row!.id, ownContract: `${name}-only`, apiTokens, access };
  };
  return {
    service,
    url: service.url,
    data,
    database,
    a: await organisation('Acme'),
    b: await organisation('Borealis'),
    operatorToken: readFileSync(service.operatorTokenFile!, 'utf8').trim(),
    lines,
    get ahead() {
      return time.ahead;
    },
    set ahead(milliseconds) {
      time.ahead = milliseconds;
    },
    call,
    exchange,
    async close() {
      if (ownPostgres) await database.close();
      await service.close();
      if (!ownPostgres) await database.close();
      rmSync(options.folder === undefined ? folder : data, { recursive: true, force: true });
    },
  };
}

/** A second way into the private PostgreSQL of a running service. */
async function openPrivateDatabase(data: string): Promise<Database> {
  const folder = join(data, 'postgres');
  const host = encodeURIComponent(readPostmaster(join(folder, 'cluster'))!.socketDirectory);
  const connectionString = `postgresql://${serviceRole}:${readSecret(folder)}@/${serviceRole}?host=${host}`;
  return openDatabase({ connectionString, logger: silentLogger, poolSize: 2, allowExitOnIdle: true });
}

export async function callAt(
  url: string,
  method: string,
  path: string,
  { bearer, headers = {}, body }: CallRequest = {},
): Promise<Answer> {
  const plain =
    body === undefined ||
    typeof body === 'string' ||
    body instanceof Uint8Array ||
    body instanceof URLSearchParams;
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(plain ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: plain ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}

export async function exchangeAt(url: string, apiToken: string): Promise<string> {
  const { status, json, text } = await callAt(url, 'POST', '/csp/gateway/am/api/auth/api-tokens/authorize', {
    body: new URLSearchParams({ refresh_token: apiToken }),
  });
  if (status !== 200) throw new Error(text);
  return json.access_token;
}

function byRole(value: (role: TestRole) => string): Record<TestRole, string> {
  return { administrator: value('administrator'), reporter: value('reporter'), reader: value('reader') };
}

/** Asks until the answer is as wanted. @throws the last answer when it is not within 30 s */
export async function until(
  ask: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) throw new Error(`still ${answer.status} ${answer.text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
