import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it, test } from 'node:test';
import { configurationDocument, configurationHelp } from './help.ts';
import { ConfigurationFaults, isLoopback, readConfig } from './read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'meterhouse-config-'));
after(() => rmSync(folder, { recursive: true }));

const fileWith = (content: string) => {
  const file = join(folder, `${Math.random()}.yaml`);
  writeFileSync(file, content);
  return file;
};
function faultsOf(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Record<string, string> {
  try {
    readConfig(argv, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigurationFaults);
    return Object.fromEntries(error.faults.map(({ place, message }) => [place, message]));
  }
  return {};
}

test('without anything said the service is on loopback with its data beside it', () => {
  const config = readConfig();
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8390 });
  assert.equal(config.data, resolve('data'));
  assert.equal(config.diskReserve, 2 ** 30);
  assert.equal(config.uploadIdleTimeout, 30);
  assert.equal(config.databaseUrl, undefined);
});

test('a flag wins over the environment, that over the file, that over the default', () => {
  const file = fileWith('job-concurrency: 5\nengine-threads: 5\nstop-timeout: 5s\nbehind-proxy: true\n');
  const config = readConfig(['--config', file, '--job-concurrency=7'], {
    METERHOUSE_JOB_CONCURRENCY: '6',
    METERHOUSE_ENGINE_THREADS: '6',
  });
  assert.deepEqual(
    [config.jobConcurrency, config.engineThreads, config.stopTimeout, config.behindProxy, config.logLevel],
    [7, 6, 5, true, 'info'],
  );
});

test('DATABASE_URL names the database, our own variable before it', () => {
  const url = 'postgres://a@b/c';
  assert.equal(readConfig([], { DATABASE_URL: url }).databaseUrl, url);
  const own = 'postgres://own@b/c';
  assert.equal(readConfig([], { DATABASE_URL: url, METERHOUSE_DATABASE_URL: own }).databaseUrl, own);
});

test('every fault is named at once, with its place and what to write', () => {
  const file = fileWith('engine-memory: lots\ncolour: red\nlog-level: [info]\n');
  assert.deepEqual(
    faultsOf(
      ['--config', file, '--listen', 'nowhere', '--speed=fast', '--tls-cert', '/no/such', '--public-url'],
      {
        METERHOUSE_STOP_TIMEOUT: 'soon',
        METERHOUSE_PUBLIC_URL: 'ftp://x',
      },
    ),
    {
      '--speed': 'is not known; see meterhouse serve --help',
      '--listen': 'must be HOST:PORT such as 127.0.0.1:8390',
      '--public-url': 'needs a value',
      '--tls-cert': 'names a file that cannot be read: /no/such',
      METERHOUSE_STOP_TIMEOUT: 'must be a time such as 30s, 10m or 2h',
      METERHOUSE_PUBLIC_URL: 'must be an http or https address such as https://meterhouse.example',
      [`${file}:1 engine-memory`]: 'must be a size such as 512MiB or 1GiB',
      [`${file}:2 colour`]: 'is not known; see meterhouse serve --help',
      [`${file}:3 log-level`]: 'must be a single value',
    },
  );
});

test('a fault in a secret does not repeat it', () => {
  for (const faults of [
    faultsOf(['--database-url', 'hunter2']),
    faultsOf(['--databaseurl=hunter2']),
    faultsOf([], { DATABASE_URL: 'hunter2' }),
  ]) {
    assert.equal(Object.keys(faults).length, 1);
    assert.ok(!JSON.stringify(faults).includes('hunter2'));
  }
});

test('a file with a secret must be readable by its owner alone', () => {
  const file = fileWith('database-url: postgres://me:hunter2@host/records\n');
  chmodSync(file, 0o640);
  assert.match(JSON.stringify(faultsOf(['--config', file])), /is a secret in a file that others can read/);
  chmodSync(file, 0o600);
  assert.deepEqual(faultsOf(['--config', file]), {});
});

describe('an address beyond loopback', () => {
  const open = ['--listen', '0.0.0.0:8390', '--public-url', 'https://meterhouse.example/'];
  const pem = fileWith('PEM');

  it('is refused without TLS and without a proxy', () => {
    assert.match(faultsOf(open)['--listen'] ?? '', /^is not loopback/);
  });
  it('is taken with TLS or behind a proxy', () => {
    assert.equal(readConfig([...open, '--behind-proxy']).publicUrl, 'https://meterhouse.example');
    assert.equal(readConfig([...open, '--tls-cert', pem, '--tls-key', pem]).listen.host, '0.0.0.0');
  });
  it('needs to be told how callers reach it', () => {
    assert.deepEqual(Object.keys(faultsOf(['--listen', '10.0.0.1:1', '--behind-proxy'])), ['--public-url']);
  });
  it('is told from loopback in every spelling', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'])
      assert.equal(isLoopback(host), true, host);
    for (const host of ['0.0.0.0', '::', '128.0.0.1', 'localhost.example', '127.0.0.1.example'])
      assert.equal(isLoopback(host), false, host);
  });
});

test('a certificate needs its key', () => {
  assert.deepEqual(faultsOf(['--tls-cert', fileWith('PEM')]), { '--tls-cert': 'needs --tls-key too' });
});

test('addresses are read in each usual form', () => {
  const listen = (text: string) => readConfig(['--listen', text]).listen;
  assert.deepEqual(listen('[::1]:80'), { host: '::1', port: 80 });
  assert.deepEqual(listen(':0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(listen('localhost:65535'), { host: 'localhost', port: 65_535 });
  assert.deepEqual(Object.keys(faultsOf(['--listen', 'localhost:65536'])), ['--listen']);
});

test('the result is frozen through and through', () => {
  const config = readConfig();
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.listen));
});

test('a file that is no YAML is told with its line', () => {
  const file = fileWith('listen: 127.0.0.1:1\ndata: "unclosed\n');
  const faults = faultsOf(['--config', file]);
  assert.ok(
    Object.keys(faults).every((place) => place.startsWith(`${file}:`)) && Object.keys(faults).length > 0,
  );
});

test('the help names every flag once, with its default', () => {
  const help = configurationHelp(80);
  assert.match(help, /\n {2}--listen HOST:PORT\n {6}Where to listen\..*\n.*\[127\.0\.0\.1:8390\]\n/);
  assert.match(help, /\n {2}--behind-proxy\n {6}A reverse proxy/);
  for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
});

test('docs/configuration.md is the table of settings', () => {
  const file = new URL('../../../../../docs/configuration.md', import.meta.url);
  assert.equal(readFileSync(file, 'utf8'), configurationDocument(), 'run platform/config/write-document.ts');
});
