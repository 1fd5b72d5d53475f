import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MAIN, meterhouse } from './meterhouse.ts';

const AGENT = '88531d1c-296e-4b47-8431-c0e8182148e7';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'command-line-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A service that gives a token to everybody and answers everything else with this. */
async function answering(t: TestContext, status: number, body: unknown, headers = {}) {
  const server = createServer((request, response) => {
    request.resume();
    const authorize = request.url!.endsWith('/authorize');
    response.writeHead(authorize ? 200 : status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(authorize ? { access_token: 'a', expires_in: 1799 } : body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { METERHOUSE_SERVER: `http://127.0.0.1:${port}`, METERHOUSE_TOKEN: 'api-token' };
}

test('help tells options, environment, exit status and examples, and ends with 0', async () => {
  const help = await meterhouse(['--help']);
  assert.equal(help.status, 0);
  for (const part of ['Meters:', 'Signing in:', 'METERHOUSE_TOKEN', 'Exit status:', '$ meterhouse demo']) {
    assert.ok(help.stdout.includes(part), part);
  }
  const serve = await meterhouse(['serve', '--help']);
  assert.equal(serve.status, 0);
  assert.match(serve.stdout, /--allow-token-in-query/);
});

test('help of a command is what its --help tells, also of one in a group and of the service', async () => {
  for (const words of [['coverage'], ['reports', 'sync'], ['serve']]) {
    const [help, flag] = await Promise.all([
      meterhouse(['help', ...words]),
      meterhouse([...words, '--help']),
    ]);
    assert.equal(help.status, 0, help.stderr);
    assert.ok(help.stdout.startsWith(`Usage: meterhouse ${words.join(' ')} `), help.stdout);
    assert.equal(help.stdout, flag.stdout);
  }
});

test('wrong usage ends with 2 and says what is wrong', async () => {
  const wrong: [string[], RegExp][] = [
    [
      ['meters', 'lst'],
      /^error Unknown command 'lst'\.\n {2}Did you mean list\? meterhouse meters --help tells more\.\n$/,
    ],
    [['meters', 'show', 'no-uuid'], /Write the UUID of a meter/],
    [['reports', 'list', '--month', '2023-13'], /Write a month as 2023-01/],
    [['reports', 'list', '--month', '2023-01', '--type', 'MUR'], /MONTHLY_USAGE/],
    [['serve', '--no-such-setting'], /--no-such-setting is not known/],
    [['token', '--server', 'nowhere'], /"nowhere" is no address/],
    [['meters', 'list', '--columns', 'label,size'], /no column "size"/],
    [['meters', 'list', '--query', '[?'], /^error --query: /],
    [['rebilud'], /Did you mean rebuild\?/],
    // The help of what is not there is not the help of its group.
    [['reports', 'snyc', '--help'], /^error Unknown command 'snyc'\.\n {2}Did you mean sync\? /],
    [['help', 'reports', 'snyc'], /^error Unknown command 'snyc'\.\n {2}Did you mean sync\? /],
    [['--server', 'reports', 'meter', '--json', '-h', 'rules', 'lits'], /Did you mean list\?/],
    [['help', 'rebilud'], /Unknown command 'rebilud'/],
  ];
  for (const [words, message] of wrong) {
    const ran = await meterhouse(words, { METERHOUSE_TOKEN: 'x' });
    assert.equal(ran.status, 2, words.join(' '));
    assert.match(ran.stderr, message);
    assert.equal(ran.stdout, '');
  }
});

test('everything that is missing is named at once', async () => {
  const ran = await meterhouse(['meter', 'replay', '--month', '2023-01']);
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /3 things are missing/);
  for (const flag of ['--dir <dir>', '--trace <file>', '--out <dir>'])
    assert.ok(ran.stderr.includes(flag), flag);
  const json = await meterhouse(['meter', 'replay', '--json']);
  assert.equal((JSON.parse(json.stderr) as { error: { faults: string[] } }).error.faults.length, 4);
});

test('a single thing that is missing is told with what it is, and what may be chosen', async () => {
  const cases: [string[], string][] = [
    [['reports', 'list'], '--month <month>: such as 2023-01'],
    [['keys', 'rotate'], '(access, report)'],
    [['sites', 'list'], '--contract <number>: '],
  ];
  for (const [words, wanted] of cases) {
    const ran = await meterhouse(words, { METERHOUSE_TOKEN: 'x' });
    assert.equal(ran.status, 2, words.join(' '));
    assert.match(ran.stderr, /^error Something is missing\.\n/);
    assert.ok(ran.stderr.includes(wanted), ran.stderr);
  }
});

test('a secret that was written on the command line is not repeated', async () => {
  for (const words of [
    ['login', 'hunter2'],
    ['login', '--token', 'hunter2'],
    ['login', '--token=hunter2'],
    ['meters', 'list', '--token=hunter2'],
    ['token', '--server', 'https://me:hunter2@meterhouse.example'],
  ]) {
    const ran = await meterhouse(words, { METERHOUSE_TOKEN: 'x' });
    assert.equal(ran.status, 2, words.join(' '));
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes('hunter2'), ran.stderr);
  }
});

test('without a token the status is 4, and the advice says where to get one', async () => {
  const ran = await meterhouse(['meters', 'list']);
  assert.equal(ran.status, 4);
  assert.match(ran.stderr, /METERHOUSE_TOKEN/);
});

test('a service that does not answer is 5', async () => {
  const ran = await meterhouse(['meters', 'list', '--server', 'http://127.0.0.1:9'], {
    METERHOUSE_TOKEN: 'x',
  });
  assert.equal(ran.status, 5);
  assert.match(ran.stderr, /cannot be reached/);
});

test('a problem is shown with every fault, its request and a status of its own', async (t) => {
  const environment = await answering(t, 400, {
    title: 'The request has faults',
    status: 400,
    code: 'invalid-request',
    requestId: 'req-1',
    errors: [
      { pointer: '/contractNumber', message: 'is no contract of yours' },
      { pointer: '/siteName', message: 'is no site of it' },
    ],
  });
  const words = ['meters', 'register', AGENT, '--label', 'x'];
  const ran = await meterhouse(words, environment);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /The request has faults \(400\)/);
  assert.match(ran.stderr, /--contract: is no contract of yours\n.*--site: is no site of it/);
  assert.match(ran.stderr, /request req-1/);
  const json = await meterhouse([...words, '--json'], environment);
  const { error } = JSON.parse(json.stderr) as {
    error: { code: string; faults: string[]; exitCode: number };
  };
  assert.deepEqual(
    [error.code, error.faults.length, error.exitCode, json.stdout],
    ['invalid-request', 2, 1, ''],
  );
});

test('not found, forbidden and a bad token each have their own status', async (t) => {
  for (const [status, exit] of [
    [404, 3],
    [410, 3],
    [401, 4],
    [403, 4],
    [409, 1],
    [500, 1],
  ] as const) {
    const environment = await answering(t, status, { title: 'No' });
    assert.equal((await meterhouse(['meters', 'show', AGENT], environment)).status, exit, String(status));
  }
});

test('what a service sends cannot move the cursor of a terminal or start a line', async (t) => {
  const meter = { agentId: AGENT, label: 'a\u001b[2Jb\nc', meteringMode: 'TEST', connectivityMode: 'ONLINE' };
  const environment = await answering(t, 200, { items: [meter] });
  const ran = await meterhouse(['meters', 'list'], environment);
  assert.equal(ran.status, 0);
  assert.match(ran.stdout, / ab c /);
  assert.ok(!ran.stdout.includes('\u001b'));
});

test('a directory where a package is expected is told, and how to name what is in it', async (t) => {
  const root = await folder(t);
  const ran = await meterhouse(['uploads', 'send', root], { METERHOUSE_TOKEN: 'x' });
  assert.equal(ran.status, 6);
  assert.match(ran.stderr, /is no file/);
  assert.doesNotMatch(ran.stderr, /EISDIR|node:internal/);
});

test('a file that is no package is told before anything is sent', async (t) => {
  const root = await folder(t);
  const text = join(root, 'text.gz');
  await writeFile(text, 'not gzip, and longer than a header of eighteen bytes');
  const ran = await meterhouse(['uploads', 'send', text, join(root, 'none')], {
    METERHOUSE_TOKEN: 'x',
    METERHOUSE_SERVER: 'http://127.0.0.1:9',
  });
  assert.equal(ran.status, 6);
  assert.match(ran.stderr, /text\.gz: header: does not start with a plain gzip member/);
  assert.match(ran.stderr, /There is no .*none/);
});

test('a meter is made once, and a trace with faults names them all', async (t) => {
  const root = await folder(t);
  const dir = join(root, 'meter');
  const made = await meterhouse(['meter', 'init', '--dir', dir, '--agent', AGENT, '--json']);
  assert.equal((JSON.parse(made.stdout) as { agent: string }).agent, AGENT);
  const again = await meterhouse(['meter', 'init', '--dir', dir]);
  assert.equal(again.status, 6);
  assert.match(again.stderr, /holds a meter already/);
  const replay = ['meter', 'replay', '--dir', dir, '--trace', 'x', '--month', '2023-01', '--out', root];
  const early = await meterhouse(replay);
  assert.equal(early.status, 6);
  assert.match(early.stderr, /meterhouse meter activate/);
});

test('a reader that goes away is no failure', () => {
  const words = `"${process.execPath}" "${MAIN}" --help | head -1; exit \${PIPESTATUS[0]}`;
  assert.equal(spawnSync('bash', ['-c', words]).status, 0);
});

test("a certificate of one's own is trusted by --ca-file and by NODE_EXTRA_CA_CERTS, and not without", async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) return t.skip('there is no openssl here');
  const root = await folder(t);
  const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=usage.example'.split(
    ' ',
  );
  words.push('-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert);
  assert.equal(spawnSync('openssl', words, { stdio: 'ignore' }).status, 0);
  const pair = { key: await readFile(key), cert: await readFile(cert) };
  const server = createTlsServer(pair, (request, response) => {
    request.resume();
    const answer = request.url!.endsWith('/authorize')
      ? { access_token: 'a', expires_in: 1799 }
      : { items: [] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const environment = { METERHOUSE_SERVER: `https://127.0.0.1:${port}`, METERHOUSE_TOKEN: 'api-token' };
  const stranger = await meterhouse(['meters', 'list'], environment);
  assert.equal(stranger.status, 5);
  assert.match(stranger.stderr, /certificate is not trusted: self-signed certificate.*\n.*--ca-file/);
  for (const [more, extra] of [
    [['--ca-file', cert], {}],
    [[], { NODE_EXTRA_CA_CERTS: cert }],
  ] as const) {
    const ran = await meterhouse(['meters', 'list', ...more], { ...environment, ...extra });
    assert.equal(ran.status, 0, ran.stderr);
  }
});

test('what no words come with is told by its status, and a redirect by where it leads', async (t) => {
  const broken = await meterhouse(['meters', 'list'], await answering(t, 502, {}));
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /^error The service answered 502 without saying why\. \(502\)\n/);
  const moved = await answering(t, 308, {}, { location: 'https://usage.example/?secret' });
  const ran = await meterhouse(['meters', 'list'], moved);
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /redirect to https:\/\/usage\.example\/; name its final address/);
});
