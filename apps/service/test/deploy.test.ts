import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { packageOf } from '../src/intake/testing.ts';
import { type House, openHouse } from './house.ts';
import { makeLiveMeter, packageType } from './meter.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const deploy = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8');

let house: House;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meterhouse-deploy-'));
  house = await openHouse({ flags: ['--behind-proxy', '--public-url', 'https://usage.example.com'] });
});
after(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const alerts = () =>
  (parse(deploy('prometheus/alerts.yaml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );
const panels = () =>
  (
    JSON.parse(deploy('grafana/meterhouse.json')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    }
  ).panels;

/** The series that a service tells, with those that a histogram has. */
async function seriesOf(): Promise<Set<string>> {
  const { text } = await house.call('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } });
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set([
    'up',
    ...types.flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    ),
  ]);
}

test('every series that the dashboard and the alerts ask for is one that the service tells', async () => {
  const told = await seriesOf();
  const asked = [
    ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alerts().map(({ expr }) => expr),
  ];
  assert.ok(asked.length > 20);
  for (const expression of asked) {
    const names = expression
      .replaceAll(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, '')
      .match(/\b(?:meterhouse|process|nodejs)_[a-z0-9_]+|\bup\b/g);
    assert.ok(names, expression);
    for (const name of names) assert.ok(told.has(name), `${name} in ${expression}`);
  }
});

test('every own metric is on the dashboard, and every alert names a page and a heading that is there', async () => {
  const asked = panels()
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .join(' ');
  for (const series of await seriesOf())
    if (/^meterhouse_/.test(series) && !/_(sum|count|bucket)$/.test(series))
      assert.ok(asked.includes(series), series);
  for (const { alert, annotations } of alerts()) {
    const [file, heading] = annotations.runbook.split('#');
    const text = readFileSync(join(root, file!), 'utf8');
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    if (heading !== undefined) assert.ok(headings.includes(heading), `${alert}: ${annotations.runbook}`);
  }
});

test('every flag in deploy/ is one of meterhouse serve', () => {
  const known = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
  const texts = globSync(join(root, 'deploy/**/*'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const flags = texts.flatMap((text) =>
    [...text.matchAll(/(?:serve|As|as) (--[a-z-]+)|^ +- (--[a-z-]+)$/gm)].map(
      ([, one, other]) => one ?? other!,
    ),
  );
  assert.ok(flags.length > 5);
  for (const flag of flags) assert.ok(known.includes(`\`${flag}`), flag);
});

test('the unit says what systemd understands', (t) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0)
    return t.skip('there is no systemd-analyze here: the units were not read');
  const units = globSync(join(root, 'deploy/systemd/*'));
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
  // The program is not installed where the unit expects it on the machine of a test.
  const faults = stderr
    .split('\n')
    .filter((line) => line !== '' && /meterhouse/.test(line) && !/is not executable/.test(line));
  assert.deepEqual(faults, []);
});

test("the meter's unit is closed like the service's, but for what it says it is not", () => {
  const closed = (unit: string) => {
    const text = deploy(`systemd/${unit}`);
    const lines = text.slice(text.indexOf('NoNewPrivileges')).split('\n');
    return lines.filter((line) => /^[A-Z][A-Za-z]+=/.test(line) && !line.startsWith('WantedBy'));
  };
  const meter = closed('meterhouse-meter.service');
  assert.ok(meter.length > 15);
  assert.deepEqual(
    closed('meterhouse.service').filter((line) => !meter.includes(line)),
    ['PrivateUsers=yes'],
  );
  assert.match(deploy('systemd/meterhouse-meter.service'), /# Not set: .*PrivateUsers/);
});

test('through nginx as configured a package, a token and a refusal pass as they would without it', async (t) => {
  if (spawnSync('sh', ['-c', 'nginx -v && openssl version']).status !== 0)
    return t.skip('there is no nginx or openssl here: its configuration was not run');
  const port = await freePort();
  spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=usage.example.com',
      '-keyout',
      'usage.key',
      '-out',
      'usage.crt',
    ],
    { cwd: folder },
  );
  const server = deploy('proxy/nginx.conf')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    .replace(/^.*\[::\].*$/m, '')
    .replace(/\/etc\/ssl\/(private\/)?/g, `${folder}/`)
    .replace('http://127.0.0.1:8390', house.url);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; user root;\nevents {}\nhttp { access_log off; ${paths.join(' ')}\n${server}\n}\n`,
  );
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(nginx, 'exit');
  try {
    await untilListening(port);
    const send = (method: string, path: string, headers: Record<string, string>, body?: Uint8Array) =>
      throughTls(port, method, path, headers, body);
    const exchanged = await send(
      'POST',
      '/csp/gateway/am/api/auth/api-tokens/authorize',
      { 'content-type': 'application/x-www-form-urlencoded' },
      Buffer.from(`refresh_token=${house.a.apiTokens.reporter}`),
    );
    assert.equal(exchanged.status, 200, exchanged.text);
    const bearer = `Bearer ${(JSON.parse(exchanged.text) as { access_token: string }).access_token}`;
    const meter = await makeLiveMeter(house, house.a);
    const { file } = await packageOf(house.database, meter);
    const path = `/usage/api/v1/agents/${meter.agentId}/uploads`;
    const taken = await send('POST', path, { authorization: bearer, 'content-type': packageType }, file);
    assert.equal(taken.status, 202, taken.text);
    const refused = await send(
      'POST',
      path,
      { authorization: bearer, 'content-type': packageType },
      Buffer.from('no package'),
    );
    assert.equal(refused.status, 422);
    assert.match(refused.text, /https:\/\/usage\.example\.com\/docs\/problems\/package-refused/);
  } finally {
    nginx.kill('SIGTERM');
    await ended;
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await throughTls(port, 'GET', '/readyz', {}).catch(() => undefined);
    if (answer !== undefined) return;
    await sleep(50);
  }
  throw new Error('nginx does not listen');
}

function throughTls(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Uint8Array,
) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: {
          host: 'usage.example.com',
          ...headers,
          ...(body && { 'content-length': String(body.length) }),
        },
        rejectUnauthorized: false,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        answer.on('end', () => resolve({ status: answer.statusCode!, text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
