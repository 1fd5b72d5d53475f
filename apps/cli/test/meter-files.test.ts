import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createTlsServer, request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPORTS } from '@meterhouse/contract';
import { makeCertificate } from '../../meter/src/api/make-certificate.ts';
import { openJournal } from '../../meter/src/journal/index.ts';
import { openPrivacy } from '../../meter/src/privacy/index.ts';
import { closeHour, hoursFrom, meterOnDisk } from '../../meter/src/spool/testing.ts';
import { libvirtIsLacking } from '../../meter/test/peers/libvirt.ts';
import { MAIN, meterhouse } from './meterhouse.ts';

async function succeed(words: readonly string[], environment = {}, input = ''): Promise<string> {
  const ran = await meterhouse(words, environment, input);
  assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

test('the packages of a month go into a folder, once and byte for byte', async (t) => {
  const { dir, places } = await meterOnDisk(t);
  for (const hour of hoursFrom('2023-01-30T22:00:00Z', 4)) await closeHour(dir, hour);
  await closeHour(dir, '2023-05-01T00:00:00Z');
  const out = join(dir, '..', 'carried');
  const words = ['meter', 'export', '--dir', dir, '--month', '2023-01', '--out', out];
  const exported = JSON.parse(await succeed([...words, '--json']));
  assert.deepEqual(
    exported.map(({ month, hours, sent }: Record<string, unknown>) => [month, hours, sent]),
    [['2023-01', 4, false]],
  );
  const [name] = readdirSync(out);
  assert.deepEqual(readFileSync(join(out, name!)), readFileSync(join(places.packages, name!)));
  const again = await meterhouse(words);
  assert.match(again.stderr, /1 package in .*, 0 of them new\. Next: meterhouse uploads send/);
  const none = await meterhouse([...words.slice(0, 5), '2022-01', '--out', out]);
  assert.equal(none.status, 3, none.stderr);
  assert.equal(
    (await meterhouse(['meter', 'export', '--dir', join(dir, 'no'), ...words.slice(4)])).status,
    6,
  );
});

test('packages that were carried are marked by their copies, all or none, and wait no longer', async (t) => {
  const { dir, places } = await meterOnDisk(t);
  for (const hour of hoursFrom('2023-01-30T22:00:00Z', 2)) await closeHour(dir, hour);
  await closeHour(dir, '2023-02-01T00:00:00Z');
  const out = join(dir, '..', 'carried');
  await succeed(['meter', 'export', '--dir', dir, '--month', '2023-01', '--out', out]);
  const names = readdirSync(out);
  const copies = names.map((name) => join(out, name));
  assert.equal(copies.length, 2);
  const changed = join(dir, '..', names[0]!);
  await writeFile(changed, 'cut on the way');
  const carried = (...files: string[]) => meterhouse(['meter', 'carried', '--dir', dir, ...files]);
  const refused = await carried(copies[1]!, changed, join(out, 'notes.txt'));
  assert.equal(refused.status, 6, refused.stderr);
  assert.match(refused.stderr, /Nothing was marked/);
  assert.match(refused.stderr, /has other bytes than the package/);
  assert.match(refused.stderr, /notes\.txt has no name of a package/);
  assert.deepEqual(readdirSync(places.packages), names);

  const one = await carried(copies[0]!);
  assert.match(one.stderr, /^1 package marked as taken; 0 were before\./);
  assert.deepEqual([readdirSync(places.packages), readdirSync(places.sent)], [[names[1]], [names[0]]]);
  const all = JSON.parse(await succeed(['meter', 'carried', '--dir', dir, ...copies, '--json']));
  assert.deepEqual(
    all.map(({ name, marked }: Record<string, unknown>) => [name, marked]),
    [
      [names[0], false],
      [names[1], true],
    ],
  );
  await writeFile(join(dir, 'meter.yaml'), 'service: https://usage.example\n');
  const online = await carried(...copies);
  assert.equal(online.status, 6);
  assert.match(online.stderr, /sends its packages to https:\/\/usage\.example itself/);
});

test('a meter is activated at the service of its settings, whose private authority they name', async (t) => {
  const { dir } = await meterOnDisk(t);
  const certificate = await makeCertificate(['127.0.0.1'], Date.now());
  await writeFile(join(dir, 'authority.pem'), certificate.cert);
  const server = createTlsServer(certificate, (_, response) => {
    const answer = { service: 's', organisation: 'o', registration: 'r', epoch: 3 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const service = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = `UMA:${Buffer.alloc(48, 7).toString('base64url')}`;
  const words = ['meter', 'activate', '--dir', dir, '--activation-token', '-'];
  await writeFile(join(dir, 'meter.yaml'), `service: ${service}\n`);
  const stranger = await meterhouse(words, {}, token);
  assert.equal(stranger.status, 5, stranger.stderr);
  assert.match(stranger.stderr, /certificate is not trusted/);
  await writeFile(join(dir, 'meter.yaml'), `service: ${service}\nserviceCaFile: authority.pem\n`);
  assert.match(await succeed(words, {}, token), /bound to service s in epoch 3/);
});

test('a libvirt address that would start a program is refused at its flag, before anything is written', async (t) => {
  const { dir } = await meterOnDisk(t);
  await writeFile(join(dir, 'meter.yaml'), '# none yet\n');
  const address = 'qemu+ssh://me:hunter2@h/system?command=/tmp/x';
  const ran = await meterhouse(['meter', 'products', 'add', '--dir', dir, '--libvirt', address]);
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /--libvirt: it holds a password.*\n.*--libvirt: it has the parameter "command"/);
  assert.doesNotMatch(ran.stderr, /hunter2/);
  assert.equal(readFileSync(join(dir, 'meter.yaml'), 'utf8'), '# none yet\n');
});

test('the status counts the hours of this month by what became of them, and draws its days', async (t) => {
  const { dir } = await meterOnDisk(t);
  const month = new Date().toISOString().slice(0, 7);
  const [a, b, c] = hoursFrom(`${month}-01T00:00:00Z`, 3);
  await closeHour(dir, a!);
  await closeHour(dir, b!, { status: 'partial' });
  await closeHour(dir, c!, { status: 'unreachable' });
  await closeHour(dir, c!, { status: 'partial', version: 2 });
  const { stdout, status } = await meterhouse(['meter', 'status', '--dir', dir]);
  assert.equal(status, 8, 'it does not run');
  assert.match(stdout, /◧ +1 collected, 2 partial, 0 unreachable/);
  const { hours, well } = JSON.parse((await meterhouse(['meter', 'status', '--dir', dir, '--json'])).stdout);
  assert.equal(well, false);
  assert.deepEqual(hours.products, [
    { product: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e1a01', collected: 1, partial: 2, unreachable: 0 },
  ]);
});

test('a report gets its names back, beside it or where it is wanted, and is never overwritten', async (t) => {
  const { dir } = await meterOnDisk(t);
  const settings = {
    vm: 'hashed',
    host: 'hashed',
    cluster: 'hashed',
    customer: 'plain',
    license: 'masked',
  } as const;
  const now = Date.UTC(2023, 0, 9);
  const privacy = await openPrivacy({ dir, environment: {}, settings, now, onFault: assert.fail });
  const hidden = privacy.text('vm', 'web-01', now / 1000);
  await privacy.flush();
  const report = join(dir, '..', 'VM_HISTORY_2023-01.tsv');
  const { columns } = REPORTS.VM_HISTORY;
  const row = (name: string) => columns.map((column) => (column === 'Name' ? name : '')).join('\t');
  const rows = [columns.join('\t'), row(hidden), row(`vm-${'0'.repeat(32)}`)];
  await writeFile(report, `${rows.join('\n')}\n`);
  const told = await meterhouse(['meter', 'deanonymise', report, '--dir', dir]);
  assert.equal(told.status, 0, told.stderr);
  const beside = join(dir, '..', 'VM_HISTORY_2023-01.with-names.tsv');
  assert.equal(told.stdout, `${beside}\n`);
  assert.match(told.stderr, /1 cell got a name back\.\n1 cell with a name that this meter does not know/);
  assert.equal(readFileSync(beside, 'utf8'), `${rows.join('\n')}\n`.replace(hidden, 'web-01'));
  assert.equal(statSync(beside).mode & 0o077, 0);
  const over = await meterhouse(['meter', 'deanonymise', report, '--dir', dir, '--out', report]);
  assert.equal(over.status, 2);
  const none = await meterhouse(['meter', 'deanonymise', join(dir, 'meter.json'), '--dir', dir]);
  assert.equal(none.status, 6, none.stderr);
});

test('the key of privacy goes to another meter in a file of its owner', async (t) => {
  const [one, other] = [await meterOnDisk(t), await meterOnDisk(t)];
  const file = join(one.dir, '..', 'privacy.key');
  await succeed(['meter', 'privacy', 'key', 'export', '--dir', one.dir, '--to', file]);
  assert.equal(statSync(file).mode & 0o077, 0);
  assert.equal(
    (await meterhouse(['meter', 'privacy', 'key', 'export', '--dir', one.dir, '--to', file])).status,
    6,
  );
  await succeed(['meter', 'privacy', 'key', 'import', file, '--dir', other.dir]);
  const keys = await Promise.all(
    [one, other].map(({ dir }) => succeed(['meter', 'privacy', 'key', 'export', '--dir', dir])),
  );
  assert.equal(keys[0], keys[1]);
  const damaged = await meterhouse(
    ['meter', 'privacy', 'key', 'import', '-', '--dir', other.dir],
    {},
    'no key',
  );
  assert.equal(damaged.status, 6, damaged.stderr);
});

test('the journal is followed as it is written', async (t) => {
  const { dir } = await meterOnDisk(t);
  const journal = await openJournal(join(dir, 'journal'));
  t.after(() => journal.close());
  journal.note({ code: 'upload-done', message: 'before' });
  const child = follow(t, ['meter', 'journal', '--dir', dir, '--follow', '--severity', 'warning', '--json']);
  journal.note({ code: 'clock-skew', message: 'one', product: 'vc1' });
  await child.until(/"message":"one"/);
  journal.note({ code: 'disk-full', message: 'two\u001b[2J' });
  journal.note({ code: 'upload-done', message: 'three' });
  await child.until(/"two/);
  const lines = child.told().trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).code),
    ['clock-skew', 'disk-full'],
  );
});

test("the meter's own API lets in whom api-password set, and no other", async (t) => {
  const { dir } = await meterOnDisk(t);
  const port = await freePort();
  await writeFile(join(dir, 'meter.yaml'), `api: {listen: "127.0.0.1:${port}"}\n`);
  const meter = follow(t, ['meter', 'run', '--dir', dir]);
  await meter.until(/api-certificate-made/);
  const login = async (password: string) => {
    for (;;) {
      try {
        return await post(port, readFileSync(join(dir, 'api-certificate.pem')), password);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
        await sleep(50);
      }
    }
  };
  assert.equal(await login('a long password'), 401, 'nobody yet');
  await succeed(['meter', 'api-password', '--dir', dir, '--password-file', '-'], {}, 'a long password\n');
  assert.equal(await login('a long password'), 202, 'at once, without a restart');
  assert.equal(await login('another password'), 401);
  const { stdout } = await meterhouse(['meter', 'status', '--dir', dir]);
  assert.match(
    stdout,
    new RegExp(`https://127\\.0\\.0\\.1:${port}, certificate until 20.*SHA-256 [0-9A-F:]{95}`),
  );
  assert.ok(!readFileSync(join(dir, 'secrets.json'), 'utf8').includes('a long password'));
});

test('settings with faults are named whole, by each command, and nothing is changed', async (t) => {
  const { dir } = await meterOnDisk(t);
  const text = 'products: [{name: A, address: x}]\nspool: {limit: 1}\nnonsense: 1\n';
  await writeFile(join(dir, 'meter.yaml'), text);
  const commands = [
    ['run'],
    ['products', 'list'],
    ['products', 'add', '--libvirt', 'test:///default'],
    ['rules', 'add', '--customer', 'A', '--product', 'a', '--type', 'vCenter', '--target', '/'],
    ['privacy', 'change', '--vm', 'plain'],
  ];
  await Promise.all(
    commands.map(async (words) => {
      const ran = await meterhouse(['meter', ...words, '--dir', dir]);
      assert.equal(ran.status, 2, `${words.join(' ')}\n${ran.stderr}`);
      for (const fault of [/name must be/, /spool\/limit/, /nonsense/]) assert.match(ran.stderr, fault);
    }),
  );
  assert.equal(readFileSync(join(dir, 'meter.yaml'), 'utf8'), text);
  const status = await meterhouse(['meter', 'status', '--dir', dir]);
  assert.equal(status.status, 8);
  assert.match(status.stdout, /nonsense/);
});

test('where no meter is, each command says how to make one', async (t) => {
  const { dir } = await meterOnDisk(t);
  const commands = [
    ['run'],
    ['status'],
    ['journal'],
    ['products', 'list'],
    ['privacy', 'show'],
    ['rules', 'audit'],
  ];
  await Promise.all(
    commands.map(async (words) => {
      const ran = await meterhouse(['meter', ...words, '--dir', join(dir, 'none')]);
      assert.equal(ran.status, 6, words.join(' '));
      assert.match(ran.stderr, /holds no meter\. Make one: meterhouse meter init --dir/);
    }),
  );
  assert.equal(existsSync(join(dir, 'none')), false);
});

test('a libvirt host is metered too, without a user or a password', {
  skip: libvirtIsLacking() ?? false,
}, async (t) => {
  const { dir } = await meterOnDisk(t);
  const made = join(dir, '..', 'kvm');
  const told = await succeed(['meter', 'init', '--dir', made, '--offline', '--libvirt', 'test:///default']);
  assert.match(told, /libvirt TEST .*: 1 machine \(1 running\), 1 host/);
  await succeed(['meter', 'products', 'add', '--dir', made, '--libvirt', 'test:///default']);
  const names = await succeed(['meter', 'products', 'list', '--dir', made, '--query', '[].name']);
  assert.equal(names, 'libvirt\nlibvirt-2\n');
});

function follow(t: TestContext, words: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  t.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return {
    told: () => told,
    async until(words: RegExp) {
      for (const late = Date.now() + 60_000; !words.test(told); await sleep(50))
        assert.ok(Date.now() < late && child.exitCode === null, `${words} is not told:\n${told}`);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function post(port: number, ca: Buffer, password: string): Promise<number> {
  const body = JSON.stringify({ user: 'admin', password });
  return new Promise((resolve, reject) => {
    request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/v1/login',
        method: 'POST',
        ca,
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    )
      .on('error', reject)
      .end(body);
  });
}
