import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfig } from './platform/config/index.ts';
import { createLogger } from './platform/telemetry/index.ts';
import { createService, type Service } from './service.ts';

/** One process opens one engine directory, so the tests share a service and stop and start it in order. */
const folder = mkdtempSync(join(tmpdir(), 'meterhouse-service-'));
const data = join(folder, 'data');
const provision = join(folder, 'provision.yaml');
const token = 'pTd8vN2xQ7mK4wZ1rB6yH3cJ9sLf';
writeFileSync(
  provision,
  `organisations:
  - name: Acme
    apiTokens: [{name: automation, role: administrator, value: {env: ACME_TOKEN}}]
    contracts: [{number: "1012345", family: RENTAL, currency: USD, ruleSet: flex, sites: [{name: Site A}]}]
`,
);
const lines: string[] = [];
let service: Service;

function start(): Promise<Service> {
  return createService(readConfig(['--data', data, '--listen', '127.0.0.1:0', '--provision', provision]), {
    logger: createLogger('info', { write: (line: string) => void lines.push(line) }),
    environment: { ACME_TOKEN: token },
  });
}
async function accessTokenFor(refreshToken: string): Promise<string> {
  const answer = await fetch(`${service.url}/csp/gateway/am/api/auth/api-tokens/authorize`, {
    method: 'POST',
    body: new URLSearchParams({ refresh_token: refreshToken }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return ((await answer.json()) as { access_token: string }).access_token;
}
const call = async (path: string, bearer: string, init: RequestInit = {}) =>
  fetch(service.url + path, { ...init, headers: { authorization: `Bearer ${bearer}`, ...init.headers } });

after(async () => {
  await service?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the first start of an empty directory makes an operator token that its owner alone can read, and says where', async () => {
  service = await start();
  const file = join(data, 'operator-token');
  assert.equal(service.operatorTokenFile, file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const operator = readFileSync(file, 'utf8').trim();
  assert.ok(lines.some((line) => JSON.parse(line).file === file));
  assert.ok(!lines.join('').includes(operator));
  await accessTokenFor(operator);
});

test('it is ready and well', async () => {
  assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
  const health = await fetch(`${service.url}/healthz`);
  const report = (await health.json()) as { checks: Record<string, { ok: boolean; detail: string }> };
  assert.equal(health.status, 200, JSON.stringify(report));
  assert.deepEqual(Object.keys(report.checks), ['records', 'engine', 'disk', 'jobs', 'packages', 'reports']);
});

test('a provisioned token is exchanged, and registers a meter', async () => {
  const bearer = await accessTokenFor(token);
  const agent = '88531d1c-296e-4b47-8431-c0e8182148e7';
  const path = `/usage/api/v1/agent-registrations/${agent}`;
  assert.equal((await call(path, bearer)).status, 404);
  const registered = await call('/usage/api/v1/agent-registrations', bearer, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ agentId: agent, label: 'um46', contractNumber: '1012345', siteName: 'Site A' }),
  });
  assert.equal(registered.status, 202, await registered.text());
  // Also the form that `Location` names.
  const deadline = Date.now() + 20_000;
  let answer = await call(`/api/v1/agent-registrations/${agent}`, bearer);
  while (answer.status === 202 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await call(path, bearer);
  }
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { contractNumber: '1012345', siteName: 'Site A' });
});

test('a second process on the same directory fails and says which one has it', async () => {
  const child = fork(new URL('./testing/start-once.ts', import.meta.url), [data], { silent: true });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  const [status] = await once(child, 'exit');
  assert.equal(status, 1);
  assert.match(said, new RegExp(`in use by process ${process.pid}`));
});

test('stopping refuses new connections, ends, and leaves no PostgreSQL behind', async () => {
  const { port } = new URL(service.url);
  await service.close();
  const refused = connect(Number(port), '127.0.0.1');
  assert.equal(((await once(refused, 'error'))[0] as NodeJS.ErrnoException).code, 'ECONNREFUSED');
  assert.ok(!existsSync(join(data, 'postgres', 'cluster', 'postmaster.pid')));
  await service.close();
});

test('after kill -9 the next start takes over what was left running', async () => {
  const startOnce = new URL('./testing/start-once.ts', import.meta.url);
  const killed = fork(startOnce, [data, 'stay'], { silent: true });
  await once(killed.stdout!, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const next = fork(startOnce, [data], { silent: true });
  let said = '';
  for (const stream of [next.stdout, next.stderr])
    stream?.on('data', (text) => {
      said += text;
    });
  const [status] = await once(next, 'exit');
  assert.equal(status, 0, said);
  assert.equal(said, 'ready\n');
  assert.ok(!existsSync(join(data, 'postgres', 'cluster', 'postmaster.pid')));
});

test('a master key that is not the one of the database keeps the service from starting, and says so', async () => {
  const file = join(data, 'master.key');
  const kept = readFileSync(file);
  rmSync(file);
  await assert.rejects(start(), /does not open with this master key\. Put the master key back/);
  writeFileSync(file, kept, { mode: 0o600 });
  service = await start();
  await accessTokenFor(token);
  await service.close();
});

test('a start that fails stops what it had started', async () => {
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, 'organisations: [{name: Acme, colour: red}]\n');
  const config = readConfig(['--data', data, '--listen', '127.0.0.1:0', '--provision', broken]);
  await assert.rejects(createService(config, { logger: createLogger('silent') }), /colour is not known here/);
  assert.ok(!existsSync(join(data, 'postgres', 'cluster', 'postmaster.pid')));
});
