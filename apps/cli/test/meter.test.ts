import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lacking, startVcsim, type Vcsim } from '../../meter/test/peers/vcsim.ts';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, PROVIDER, type ThrowAway } from '../src/demo/throw-away.ts';
import { MAIN, meterhouse, type Ran } from './meterhouse.ts';
import { KEY, noTerminal, Terminal } from './terminal.ts';

const PATIENCE_MS = 150_000;

suite('a meter of a vCenter', { skip: lacking(), timeout: 600_000, concurrency: 4 }, () => {
  const ends: (() => Promise<void>)[] = [];
  let place: ThrowAway;
  let service: ServiceProcess;
  let vcsim: Vcsim;
  let environment: Record<string, string>;
  let passwordFile: string;

  before(async () => {
    place = await makeThrowAway();
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    [service, vcsim] = await Promise.all([
      startService(flags, join(place.root, 'service.log')),
      startVcsim({ after: (end) => ends.push(end) }, { hosts: 2, vms: 8 }),
    ]);
    passwordFile = join(place.root, 'vc-password');
    await writeFile(passwordFile, `${vcsim.password}\n`, { mode: 0o600 });
    environment = {
      XDG_CACHE_HOME: join(place.root, 'cache'),
      METERHOUSE_SERVER: service.url,
      METERHOUSE_TOKEN: place.token,
    };
  });
  after(async () => {
    for (const end of ends) await end();
    await service?.stop();
    await place?.remove();
  });

  const folder = () => mkdtemp(join(place.root, 'meter-'));
  const vcenter = () => ['--vcenter', `${vcsim.address}:${vcsim.port}`, '--user', vcsim.user];

  async function run(words: readonly string[], more: Record<string, string> = {}, input = ''): Promise<Ran> {
    const ran = await meterhouse(words, { ...environment, ...more }, input);
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(vcsim.password), words.join(' '));
    return ran;
  }
  /** Its standard output is closed before it says a word, as by `head`. */
  async function unread(words: readonly string[], more: Record<string, string>) {
    const child = spawn(process.execPath, [MAIN, ...words], {
      env: { PATH: process.env.PATH, ...environment, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = await once(child, 'close');
    return { status, stderr };
  }
  async function succeed(words: readonly string[], more: Record<string, string> = {}, input = '') {
    const ran = await run(words, more, input);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  /** A meter that runs as a process of its own. */
  function start(t: TestContext, words: readonly string[], more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [MAIN, 'meter', 'run', ...words], {
      env: { PATH: process.env.PATH, ...environment, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
    t.after(() => end(child, 'SIGKILL'));
    return { child, told: () => told, stop: () => end(child, 'SIGTERM') };
  }
  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'close');
    }
    return child.exitCode;
  }
  async function statusUntil(dir: string, is: (status: Status) => boolean, told: () => string) {
    for (const late = Date.now() + PATIENCE_MS; Date.now() < late; await sleep(300)) {
      const { stdout } = await run(['meter', 'status', '--dir', dir, '--json']);
      if (stdout === '') continue;
      const status = JSON.parse(stdout) as Status;
      if (is(status)) return status;
    }
    return assert.fail(`It does not come to that. The meter said:\n${told()}`);
  }

  test('runs by environment alone: made, bound, watched, sent, asked how it is, and stopped', async (t) => {
    const dir = join(await folder(), 'unattended');
    const outside = {
      METERHOUSE_METER_DIR: dir,
      METERHOUSE_METER_SERVICE: service.url,
      METERHOUSE_METER_LABEL: 'um-unattended',
      METERHOUSE_METER_CONTRACT: PROVIDER.contract,
      METERHOUSE_METER_SITE: PROVIDER.site,
      METERHOUSE_METER_PRODUCT_NAME: 'vc-1',
      METERHOUSE_METER_PRODUCT_ADDRESS: vcsim.address,
      METERHOUSE_METER_PRODUCT_PORT: String(vcsim.port),
      METERHOUSE_METER_PRODUCT_USER: vcsim.user,
      METERHOUSE_METER_PRODUCT_FINGERPRINT: vcsim.fingerprint,
      METERHOUSE_METER_PASSWORD_FILE_VC_1: passwordFile,
      METERHOUSE_METER_API_LISTEN: 'off',
    };
    const meter = start(t, ['--init'], outside);
    const status = await statusUntil(
      dir,
      ({ activated, products, upload }) =>
        activated && products[0]?.state === 'reached' && (upload?.taken ?? 0) > 0,
      meter.told,
    );
    assert.deepEqual(
      [status.running, status.well, status.products[0]!.name, status.products[0]!.machines],
      [true, true, 'vc-1', 8],
      JSON.stringify(status, null, 2),
    );
    const screen = await succeed(['meter', 'status'], outside);
    for (const words of ['runs since', 'vc-1', 'reached', '8 (8 on)', service.url, 'All is well.'])
      assert.ok(screen.includes(words), screen);
    const second = await run(['meter', 'run'], outside);
    assert.equal(second.status, 10, second.stderr);
    assert.match(second.stderr, /runs this meter already/);

    assert.equal(await meter.stop(), 0, meter.told());
    for (const line of meter.told().trim().split('\n')) JSON.parse(line);
    const codes = meter
      .told()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { code: string }).code);
    for (const code of ['meter-started', 'meter-bound', 'product-reached', 'upload-done', 'meter-stopped'])
      assert.ok(codes.includes(code), codes.join(' '));
    assert.ok(!meter.told().includes(vcsim.password) && !meter.told().includes(place.token));
    nothingSecretLiesIn(dir);

    const stopped = await run(['meter', 'status', '--dir', dir]);
    assert.equal(stopped.status, 8);
    assert.match(stopped.stdout, /stopped; what follows is of/);
    assert.match(stopped.stdout, /does not run since .*meterhouse meter run/);
    const label = await succeed(['meters', 'list', '--query', `[?agentId=='${status.agent}'].label`]);
    assert.equal(label.trim(), 'um-unattended');
    const numbers = await succeed(['uploads', 'list', status.agent, '--query', 'items[].number']);
    assert.equal(numbers.trim(), '1');
  });

  test('is made by flags, and refused with all that is lacking, the certificate to compare among it', async () => {
    const dir = join(await folder(), 'flags');
    const words = ['meter', 'init', '--dir', dir, ...vcenter(), '--contract', PROVIDER.contract];
    const refused = await run(words);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--password-file <file>, or METERHOUSE_METER_PASSWORD/);
    assert.match(refused.stderr, new RegExp(`does not trust .*--fingerprint ${vcsim.fingerprint}`));
    assert.match(refused.stderr, /--label <text>/);
    assert.equal(existsSync(dir), false, 'nothing was made');

    const other = 'ab'.repeat(32);
    const wrong = await run([
      ...words,
      '--label',
      'x',
      '--password-file',
      passwordFile,
      '--fingerprint',
      other,
    ]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, new RegExp(`shows another certificate: SHA-256 ${vcsim.fingerprint}`));

    const good = ['--label', 'um-flags', '--site', PROVIDER.site, '--fingerprint', vcsim.fingerprint];
    const made = JSON.parse(
      await succeed([...words, ...good, '--names', 'plain', '--api-listen', 'off', '--json'], {
        METERHOUSE_METER_PASSWORD: vcsim.password,
      }),
    );
    assert.match(made.agent, /^[0-9a-f-]{36}$/);
    assert.equal(made.dir, dir);
    assert.ok(made.kid);
    assert.deepEqual([made.activated, made.packagesTaken], [true, 1]);
    const [product] = made.products;
    assert.deepEqual([product.name, product.machines, product.hosts, product.clusters], ['vcenter', 8, 2, 1]);
    nothingSecretLiesIn(dir);

    const repeated = JSON.parse(
      await succeed([...words, ...good, '--json'], { METERHOUSE_METER_PASSWORD: vcsim.password }),
    );
    assert.deepEqual(
      repeated.products.map(({ name, machines }: { name: string; machines: number }) => [name, machines]),
      [['vcenter', 8]],
      'the same command again makes no second product',
    );

    const again = await run(['meter', 'init', '--dir', dir]);
    assert.equal(again.status, 6);
    assert.match(again.stderr, /holds a meter already.*\n.*Next: meterhouse meter run/);
  });

  test('goes on with what another init began: a label binds it', async () => {
    const dir = join(await folder(), 'half');
    const bare = JSON.parse(await succeed(['meter', 'init', '--dir', dir, '--json']));
    const told = await succeed(['meter', 'init', '--dir', dir, '--label', 'um-half', '--names', 'redacted']);
    assert.match(told, new RegExp(`Meter ${bare.agent} is found`));
    // The settings were there and named no service: it is an OFFLINE meter until they do.
    assert.match(told, /OFFLINE/);
    await writeFile(
      join(dir, 'meter.yaml'),
      `service: ${service.url}\nproducts:\n  - {name: vc1, address: ${vcsim.address}, port: ${vcsim.port}, user: ${vcsim.user}, fingerprint: ${vcsim.fingerprint}}\n`,
    );
    const unsure = await run(['meter', 'init', '--dir', dir, '--label', 'um-half']);
    assert.equal(unsure.status, 9, unsure.stdout + unsure.stderr);
    assert.match(unsure.stdout, /registered as um-half/);
    assert.match(unsure.stdout, /There is no password for vc1/);
    await succeed(['meter', 'products', 'password', 'vc1', '--dir', dir, '--password-file', passwordFile]);
    assert.match(
      await succeed(['meter', 'products', 'check', '--dir', dir]),
      /vc1 .*8 machines \(8 running\)/,
    );
  });

  test('a person is asked everything first, compares the certificate, and it is made in one breath', {
    skip: noTerminal,
  }, async () => {
    const dir = join(await folder(), 'guided');
    const terminal = new Terminal(['meter', 'init', '--dir', dir, '--api-listen', 'off'], environment);
    (await terminal.shows('What does it meter?')).press(KEY.down);
    await terminal.shows('a vCenter');
    terminal.press(KEY.enter);
    (await terminal.shows('Its host name or address')).press(`http://no${KEY.enter}`);
    await terminal.shows('Write a host or HOST:PORT');
    terminal.press(`${KEY.ctrlU}${vcsim.address}:${vcsim.port}${KEY.enter}`);
    await terminal.shows('shows a certificate that this machine does not trust');
    await terminal.shows(vcsim.fingerprint.toUpperCase().match(/../g)!.join(':'));
    (await terminal.shows('Is this the certificate of your vCenter?')).press('y');
    (await terminal.shows('Who does the meter sign in as?')).press(`${vcsim.user}${KEY.enter}`);
    (await terminal.shows('His password (it is not shown)')).press(`${vcsim.password}${KEY.enter}`);
    (await terminal.shows('Anything else?')).press(KEY.enter);
    (await terminal.shows('What becomes of the names')).press(KEY.enter);
    (await terminal.shows('What do people call it?')).press(`um-guided${KEY.enter}`);
    (await terminal.shows('Under which contract is it billed?')).press(KEY.enter);
    (await terminal.shows('At which site does it stand?')).press(KEY.enter);
    (await terminal.shows('What is it for?')).press(KEY.enter);
    await terminal.shows('is made in');
    await terminal.shows(`It is registered as um-guided under contract ${PROVIDER.contract}.`);
    await terminal.shows('8 machines (8 running), 2 hosts, 1 cluster');
    await terminal.shows('The service took a first package.');
    await terminal.shows('Next: meterhouse meter run --dir');
    assert.equal(await terminal.ends(), 0, terminal.shown);
    assert.ok(!terminal.written.includes(vcsim.password), terminal.shown);
    nothingSecretLiesIn(dir);
  });

  test('who stops at a question has made nothing, whichever it is', { skip: noTerminal }, async () => {
    const dir = join(await folder(), 'stopped');
    const questions: [string, string][] = [
      ['What does it meter?', `${KEY.down}${KEY.enter}`],
      ['Its host name or address', `${vcsim.address}:${vcsim.port}${KEY.enter}`],
      ['Is this the certificate of your vCenter?', 'y'],
      ['Who does the meter sign in as?', `u${KEY.enter}`],
      ['His password (it is not shown)', `p${KEY.enter}`],
      ['Anything else?', KEY.enter],
      ['What becomes of the names', KEY.enter],
      ['What do people call it?', KEY.ctrlC],
    ];
    const stops = [0, 2, 4, 7];
    await Promise.all(
      stops.map(async (stop) => {
        const terminal = new Terminal(['meter', 'init', '--dir', dir], environment);
        for (const [question, answer] of questions.slice(0, stop))
          (await terminal.shows(question)).press(answer);
        (await terminal.shows(questions[stop]![0])).press(KEY.ctrlC);
        await terminal.shows('error Nothing was done.');
        assert.equal(await terminal.ends(), 130);
      }),
    );
    assert.equal(existsSync(dir), false);
  });

  test('commands beside a running meter are followed: products, a password, a certificate, rules, privacy', async (t) => {
    const dir = join(await folder(), 'steered');
    await succeed(['meter', 'init', '--dir', dir, '--offline', '--api-listen', '127.0.0.1:0']);
    const at = { METERHOUSE_METER_DIR: dir };
    const meter = start(t, [], at);
    await statusUntil(dir, ({ running }) => running, meter.told);

    const add = ['meter', 'products', 'add', 'vc1', ...vcenter(), '--fingerprint', vcsim.fingerprint];
    const told = await run([...add, '--password-file', '-'], at, 'wrong\n');
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stderr, /The running meter reads its settings again/);
    const refused = await statusUntil(
      dir,
      ({ products }) => products[0]?.state === 'needs-person',
      meter.told,
    );
    assert.equal(refused.well, false);
    assert.equal((await run(['meter', 'status'], at)).status, 8);
    assert.equal((await run(['meter', 'products', 'check', 'vc1'], at)).status, 8);
    await succeed(
      ['meter', 'products', 'password', 'vc1', '--password-file', '-'],
      at,
      `${vcsim.password}\n`,
    );
    await statusUntil(dir, ({ products }) => products[0]?.state === 'reached', meter.told);

    const same = await run(
      ['meter', 'products', 'add', 'vc1', ...vcenter(), '--fingerprint', vcsim.fingerprint],
      {
        ...at,
        METERHOUSE_METER_PASSWORD: 'x',
      },
    );
    assert.equal(same.status, 2, same.stderr);
    const listed = JSON.parse(await succeed(['meter', 'products', 'list', '--json'], at));
    assert.deepEqual([listed[0].name, listed[0].state, listed[0].machines], ['vc1', 'reached', 8]);
    assert.equal(await succeed(['meter', 'products', 'list', '--query', '[].address'], at), '127.0.0.1\n');

    await succeed(['meter', 'products', 'change', 'vc1', '--fingerprint', 'cd'.repeat(32)], at);
    await statusUntil(dir, ({ products }) => products[0]?.code === 'certificate-changed', meter.told);
    const unasked = await run(['meter', 'products', 'accept', 'vc1'], at);
    assert.equal(unasked.status, 2);
    assert.match(unasked.stderr, new RegExp(vcsim.fingerprint));
    await succeed(['meter', 'products', 'accept', 'vc1', '--fingerprint', vcsim.fingerprint], at);
    await statusUntil(dir, ({ products }) => products[0]?.state === 'reached', meter.told);

    const rule = ['meter', 'rules', 'add', '--customer', 'Acme', '--product', 'vc1'];
    await succeed([...rule, '--type', 'vCenter', '--target', '/'], at);
    await succeed([...rule, '--type', 'Folder', '--target', '/DC0/vm/none'], at);
    assert.equal(
      await succeed(['meter', 'rules', 'list', '--csv', '--columns', 'id,name,targetId'], at),
      'id,name,targetId\n1,Acme,/\n2,Acme,/DC0/vm/none\n',
    );
    const kinds = JSON.parse(await succeed(['meter', 'rules', 'audit', '--query', '[].kind', '--json'], at));
    assert.deepEqual(kinds, [...Array(8).fill('mapped'), 'targetless']);
    const tsv = (await succeed(['meter', 'rules', 'audit', '--tsv', '--kind', 'targetless'], at)).split('\n');
    assert.equal(tsv.length, 3);
    assert.match(tsv[0]!, /^Kind\tProduct\tVM/);
    assert.match(tsv[1]!, /target-not-there$/);
    const cut = await unread(['meter', 'rules', 'audit', '--tsv'], at);
    assert.deepEqual(cut, { status: 0, stderr: '' }, 'a reader that has gone is no fault');
    await succeed(['meter', 'rules', 'remove', '2'], at);
    const gone = await run(['meter', 'rules', 'remove', '2', '9'], at);
    assert.equal(gone.status, 3, gone.stderr);

    await succeed(['meter', 'privacy', 'change', '--vm', 'plain'], at);
    const waits = JSON.parse(await succeed(['meter', 'privacy', 'show', '--json'], at));
    assert.deepEqual([waits[0].attribute, waits[0].now, waits[0].next], ['vm', 'hashed', 'plain']);
    assert.match(await succeed(['meter', 'privacy', 'change', '--force'], at), /It holds now/);
    assert.equal(
      await succeed(['meter', 'privacy', 'show', '--query', '[?attribute==`vm`].now'], at),
      'plain\n',
    );
    const state = JSON.parse(await readFile(join(dir, 'privacy.json'), 'utf8'));
    await statusUntil(dir, ({ running }) => running, meter.told);
    assert.deepEqual(
      JSON.parse(await readFile(join(dir, 'privacy.json'), 'utf8')),
      state,
      'the meter follows',
    );

    const journal = await succeed(['meter', 'journal', '--json', '--since', '1h'], at);
    const codes = (JSON.parse(journal) as { code: string }[]).map(({ code }) => code);
    for (const code of ['product-needs-person', 'product-reached', 'settings-changed'])
      assert.ok(codes.includes(code), codes.join(' '));
    const grave = await succeed(['meter', 'journal', '--severity', 'error', '--query', '[].severity'], at);
    assert.deepEqual([...new Set(grave.trim().split('\n'))], ['error']);

    await succeed(['meter', 'api-password', '--password-file', '-'], at, 'a long password\n');
    assert.equal((await run(['meter', 'api-password', '--password-file', '-'], at, 'short\n')).status, 2);
    const ruled = await run(['meter', 'products', 'remove', 'vc1', '--yes'], at);
    assert.equal(ruled.status, 2);
    assert.match(ruled.stderr, /meterhouse meter rules remove 1$/m);
    await succeed(['meter', 'rules', 'remove', '1'], at);
    await succeed(['meter', 'products', 'remove', 'vc1', '--yes'], at);
    await statusUntil(dir, ({ products }) => products.length === 0, meter.told);
    assert.doesNotMatch(readFileSync(join(dir, 'secrets.json'), 'utf8'), /"vc1"/);
    assert.equal(await meter.stop(), 0, meter.told());
    nothingSecretLiesIn(dir);
  });

  test('a port of the API that is taken is told, and keeps nothing from being metered', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const dir = join(await folder(), 'taken');
    await succeed(['meter', 'init', '--dir', dir, '--offline', '--api-listen', `127.0.0.1:${port}`]);
    const meter = start(t, ['--dir', dir]);
    await statusUntil(
      dir,
      ({ running }) => running && /"api-not-serving".*EADDRINUSE.*Metering goes on/.test(meter.told()),
      meter.told,
    );
    assert.equal(await meter.stop(), 0);
  });

  test('the status is drawn again each second until Ctrl-C', { skip: noTerminal }, async () => {
    const dir = join(await folder(), 'watched');
    await succeed(['meter', 'init', '--dir', dir]);
    const terminal = new Terminal(['meter', 'status', '--dir', dir, '--watch'], environment);
    await terminal.shows('has never run');
    await terminal.shows('has never run');
    terminal.press(KEY.ctrlC);
    assert.equal(await terminal.ends(), 0);
    assert.ok(terminal.written.endsWith('\u001b[?25h\u001b[?1049l'), 'the screen before is back');
    const piped = await run(['meter', 'status', '--dir', dir, '--watch']);
    assert.equal(piped.status, 2);
  });

  /** Nobody else reaches the folder, and not even in it a secret stands in the open. */
  function nothingSecretLiesIn(dir: string): void {
    assert.equal(statSync(dir).mode & 0o077, 0);
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, name);
      if (!statSync(path).isFile()) continue;
      if (!name.includes('/')) assert.equal(statSync(path).mode & 0o077, 0, name);
      const content = readFileSync(path, 'latin1');
      for (const secret of [vcsim.password, place.token]) assert.ok(!content.includes(secret), name);
    }
  }
});

interface Status {
  readonly agent: string;
  readonly well: boolean;
  readonly running: boolean;
  readonly activated: boolean;
  readonly products: readonly { name: string; state: string; code: string | null; machines: number | null }[];
  readonly upload: { readonly taken: number } | null;
}
