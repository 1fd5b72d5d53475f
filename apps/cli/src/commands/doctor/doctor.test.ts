import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimDirectory } from '@meterhouse/service/database';
import { meterhouse } from '../../../test/meterhouse.ts';
import { checkDirectory, checkDisk, checkMasterKey, checkRecords } from './data-directory.ts';
import type { Finding } from './finding.ts';
import { checkEngine, checkMemory, checkNode, checkProcessor, checkThreads } from './machine.ts';
import {
  checkCertificate,
  checkHealth,
  checkReach,
  checkSigningKeys,
  checkToken,
  checkVersion,
} from './service.ts';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'doctor-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => server.close());
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)),
  );
}

const answering = async (t: TestContext, answer: RequestListener) =>
  `http://127.0.0.1:${await listen(t, createServer(answer))}`;

/** What was found of one check, with what to do. */
function is(
  findings: Finding | readonly Finding[],
  state: Finding['state'],
  says: RegExp,
  mend?: RegExp,
): void {
  const [finding] = [findings].flat().filter((one) => says.test(one.says));
  assert.ok(finding, JSON.stringify(findings));
  assert.equal(finding.state, state);
  assert.equal(finding.mend === undefined, state === 'ok');
  if (mend !== undefined) assert.match(finding.mend!, mend);
}

test('an old Node, a processor without SSE 4.2, little memory and few threads are told', () => {
  is(checkNode(process.versions.node), 'ok', /Node 24/);
  is(checkNode('20.19.0'), 'fault', /20\.19\.0 does not run/);
  is(checkProcessor('x64', 'fpu sse4_1 popcnt pclmulqdq'), 'fault', /needs sse4_2,/);
  is(checkProcessor('x64', 'fpu sse4_2 popcnt pclmulqdq avx2'), 'ok', /AVX2/);
  is(checkMemory(600 * 2 ** 20), 'fault', /600\.0 MiB/, /--engine-memory/);
  is(checkMemory(1.5 * 2 ** 30), 'doubt', /1\.5 GiB/);
  is(checkThreads('4'), 'doubt', /is 4/);
  is(checkThreads(undefined), 'doubt', /is 4/);
  is(checkThreads('16'), 'ok', /16/);
});

test('an engine that cannot be opened is told, and leaves this process alone', async () => {
  is(await checkEngine(), 'ok', /ClickHouse 2\d\./);
  is(
    await checkEngine({ ...process.env, TMPDIR: '/proc/none' }),
    'fault',
    /does not start: .*ENOENT/,
    /TMPDIR/,
  );
});

test('a data directory that others may enter, or that is not ours, is told', (t) => {
  const root = folder(t);
  const data = join(root, 'data');
  is(checkDirectory(data), 'ok', /will be made/);
  mkdirSync(data, { mode: 0o700 });
  is(checkDirectory(data), 'ok', /yours alone/);
  chmodSync(data, 0o755);
  is(checkDirectory(data), 'doubt', /entered by others \(755\)/, /chmod 700/);
  if (process.getuid!() === 0)
    return t.diagnostic('root may write everywhere: a closed directory was not tried');
  chmodSync(data, 0o500);
  is(checkDirectory(data), 'fault', /may not be written/, /chmod 700/);
  is(checkDirectory(join(data, 'new')), 'fault', /may not be written/, /install -d/);
});

test('a master key that is gone, open to others, or cut is told', (t) => {
  const path = join(folder(t), 'master.key');
  is(checkMasterKey(path, false), 'ok', /will be made/);
  is(checkMasterKey(path, true), 'fault', /is gone/, /backup/);
  writeFileSync(path, `${Buffer.alloc(32, 1).toString('base64url')}\n`, { mode: 0o600 });
  is(checkMasterKey(path, true), 'ok', /whole/);
  chmodSync(path, 0o640);
  is(checkMasterKey(path, true), 'fault', /read by others \(640\)/, /chmod 600/);
  chmodSync(path, 0o600);
  writeFileSync(path, 'cut');
  is(checkMasterKey(path, true), 'fault', /no key of 32 bytes/);
});

test('a disk that fills up is told, before and below the reserve', (t) => {
  const root = folder(t);
  const mounted =
    process.getuid!() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', root]).status === 0;
  if (!mounted) {
    t.diagnostic('no tmpfs could be mounted here: only the figures were tried');
    is(checkDisk(root, 2 ** 60), 'fault', /refused below/);
    return;
  }
  try {
    is(checkDisk(join(root, 'to', 'be', 'made'), 2 ** 20), 'ok', /4\.0 MiB are free/);
    writeFileSync(join(root, 'filler'), Buffer.alloc(2.5 * 2 ** 20));
    is(checkDisk(root, 2 ** 20), 'doubt', /1\.5 MiB are free/);
    writeFileSync(join(root, 'more'), Buffer.alloc(2 ** 20));
    is(checkDisk(root, 2 ** 20), 'fault', /512\.0 KiB are free/, /--disk-reserve/);
  } finally {
    spawnSync('umount', [root]);
  }
});

test('PostgreSQL that cannot be run, or does not answer, is told', async (t) => {
  const config = (databaseUrl?: string) => ({ databaseUrl }) as Parameters<typeof checkRecords>[0];
  is(await checkRecords(config()), 'ok', /PostgreSQL 18/);
  const programs = join(folder(t), 'postgres');
  writeFileSync(programs, '#!/bin/sh\necho broken >&2; exit 1\n', { mode: 0o755 });
  is(await checkRecords(config(), programs), 'fault', /does not run \(broken\)/);
  chmodSync(programs, 0o644);
  is(await checkRecords(config(), programs), 'fault', /EACCES/, /npm ci/);
  const port = await listen(t, createServer() as Server);
  is(await checkRecords(config(`postgres://u:secret@127.0.0.1:${port}/d`)), 'ok', /answers/);
  const dead = await checkRecords(config('postgres://u:secret@127.0.0.1:9/d'));
  is(dead, 'fault', /127\.0\.0\.1:9 does not answer \(ECONNREFUSED\)/);
  assert.ok(!JSON.stringify(dead).includes('secret'));
});

test('the command says who has the directory or the port, and ends with 8 when something is wrong', async (t) => {
  const data = join(folder(t), 'data');
  mkdirSync(data, { mode: 0o700 });
  const port = await listen(t, createServer() as Server);
  const words = ['doctor', '--local', '--data', data];
  const taken = await meterhouse(words, { METERHOUSE_LISTEN: `127.0.0.1:${port}` });
  assert.equal(taken.status, 8, taken.stderr);
  assert.match(
    taken.stdout,
    new RegExp(`✗ port +127\\.0\\.0\\.1:${port} is taken by another process\\.\\n +→ ss -ltnp`),
  );
  assert.match(taken.stdout, /\d+ checks: 1 fault, \d worth a look\./);
  const release = await claimDirectory(data);
  t.after(release);
  const held = await meterhouse([...words, '--json'], { METERHOUSE_LISTEN: `127.0.0.1:${port}` });
  const found = JSON.parse(held.stdout) as Finding[];
  assert.equal(held.status, 0);
  is(
    found.filter(({ check }) => check === 'process'),
    'ok',
    new RegExp(`process ${process.pid}$`),
  );
  const wrong = await meterhouse(words, { METERHOUSE_LISTEN: 'nowhere', METERHOUSE_DISK_RESERVE: 'much' });
  assert.equal(wrong.status, 8);
  assert.match(wrong.stdout, /METERHOUSE_LISTEN.*\n.*METERHOUSE_DISK_RESERVE/);
  assert.match(wrong.stdout, /✓ engine/);
});

test('a service that is stopped, not ready, no Meterhouse, or ill is told', async (t) => {
  is(
    await checkReach('http://127.0.0.1:2'),
    'fault',
    /cannot be reached at 127\.0\.0\.1:2/,
    /meterhouse serve/,
  );
  let status = 200;
  const ill = {
    status: 'failing',
    checks: { disk: { ok: false, detail: '0.1 GiB free' }, jobs: { ok: true, detail: '' } },
  };
  const url = await answering(t, (_request, response) => response.writeHead(status).end(JSON.stringify(ill)));
  is(await checkReach(url), 'ok', /is ready/);
  status = 503;
  is(await checkReach(url), 'fault', /not ready/);
  is(await checkHealth(url), 'fault', /0\.1 GiB free/, /--disk-reserve/);
  status = 404;
  is(await checkReach(url), 'fault', /answers 404 .* no Meterhouse/);
});

test('a clock that differs from the service is told, and which one is behind', async (t) => {
  let ahead = 0;
  const url = await answering(t, (_request, response) => {
    response.writeHead(200, { date: new Date(Date.now() + ahead * 1000).toUTCString() }).end();
  });
  is(await checkReach(url), 'ok', /agrees/);
  ahead = 60;
  is(await checkReach(url), 'doubt', /this clock is (59|60|61) s behind/, /set-ntp/);
  ahead = -4000;
  is(await checkReach(url), 'fault', /this clock is \d{4} s ahead .*refused/);
});

test('a token that is not good, another release and old signing keys are told', async (t) => {
  const url = await answering(t, (request, response) => {
    const body: unknown = request.url!.startsWith('/openapi')
      ? { info: { version: '9.1.0' } }
      : request.url!.startsWith('/api')
        ? {
            items: [
              { purpose: 'access', createdAt: '2020-01-01T00:00:00Z' },
              { purpose: 'report', createdAt: '2019-01-01T00:00:00Z', retiredAt: '2020-01-01T00:00:00Z' },
            ],
          }
        : { errorCode: 'invalid_grant', message: 'Invalid refresh token: …abcd' };
    response.writeHead(request.url!.includes('authorize') ? 400 : 200).end(JSON.stringify(body));
  });
  const { finding, bearer } = await checkToken(url, async () => 'a-secret-token');
  is(finding, 'fault', /Invalid refresh token/, /not revoked/);
  assert.equal(bearer, undefined);
  assert.ok(!JSON.stringify(finding).includes('a-secret-token'));
  is(await checkVersion(url, '0.1.0'), 'doubt', /is 9\.1\.0, this is 0\.1\.0/);
  const keys = await checkSigningKeys(url, 'x', Date.parse('2021-06-01'));
  assert.equal(keys.length, 1);
  is(keys, 'doubt', /access: 517 days/, /keys rotate access/);
});

test('a certificate that ended, ends soon, or comes from a stranger is told', async (t) => {
  const root = folder(t);
  if (spawnSync('openssl', ['version']).status !== 0) return t.diagnostic('there is no openssl here');
  const make = (...dates: string[]) => {
    const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync(
      'openssl',
      [...made, '-subj', '/CN=usage.example', '-addext', 'subjectAltName=IP:127.0.0.1', ...dates],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };
  const serving = async (pair: { key: string; cert: string }) => {
    const server = createTlsServer(pair, (_request, response) => response.end());
    return `https://127.0.0.1:${await listen(t, server)}`;
  };
  const good = make('-days', '400');
  const url = await serving(good);
  is(await checkCertificate(url, good.cert), 'ok', /^usage\.example is good until/);
  assert.equal((await checkCertificate(url, good.cert)).length, 1);
  is(await checkCertificate(url), 'fault', /not trusted here: DEPTH_ZERO_SELF_SIGNED_CERT/, /--ca-file/);
  is(await checkCertificate(await serving(make('-days', '3')), good.cert), 'doubt', /ends in [23] days/);
  const ended = await serving(endedCertificate(root));
  is(await checkCertificate(ended, good.cert), 'fault', /usage\.example ended on 2023-02-01/, /Renew it/);
  is(await checkCertificate('https://127.0.0.1:9'), 'fault', /ECONNREFUSED/);
  assert.deepEqual(await checkCertificate('http://127.0.0.1:9'), []);
});

/** The same key under a certificate of January 2023: `openssl req` makes none of the past, its small authority does. */
function endedCertificate(root: string): { key: string; cert: string } {
  const run = (...words: string[]) => execFileSync('openssl', words, { cwd: root, stdio: 'ignore' });
  const settings = [
    '[c]',
    'database=index',
    'new_certs_dir=.',
    'rand_serial=yes',
    'default_md=sha256',
    'policy=p',
  ];
  writeFileSync(
    join(root, 'authority'),
    ['[ca]', 'default_ca=c', ...settings, '[p]', 'commonName=supplied', ''].join('\n'),
  );
  writeFileSync(join(root, 'index'), '');
  run('req', '-new', '-key', 'key.pem', '-subj', '/CN=usage.example', '-out', 'request.pem');
  const time = ['-startdate', '20230101000000Z', '-enddate', '20230201000000Z'];
  run(
    'ca',
    '-batch',
    '-config',
    'authority',
    '-selfsign',
    '-keyfile',
    'key.pem',
    '-in',
    'request.pem',
    '-out',
    'ended.pem',
    '-notext',
    ...time,
  );
  return {
    key: readFileSync(join(root, 'key.pem'), 'utf8'),
    cert: readFileSync(join(root, 'ended.pem'), 'utf8'),
  };
}
