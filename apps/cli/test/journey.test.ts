import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import { createClient } from '../src/http/client.ts';
import { settled } from '../src/journey/settled.ts';
import { meterhouse } from './meterhouse.ts';
import { replayTrace } from './replay-trace.ts';

suite('the journey', () => {
  /** One service for the journey; each test is the next step of it. */
  let place: ThrowAway;
  let service: ServiceProcess;
  let environment: Record<string, string>;

  before(async () => {
    place = await makeThrowAway();
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    service = await startService(flags, join(place.root, 'service.log'));
    environment = { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token };
  });
  after(async () => {
    await service?.stop();
    await place?.remove();
  });

  /** Runs a command that must succeed, and gives what it printed. */
  async function succeed(words: readonly string[], input = ''): Promise<string> {
    const ran = await meterhouse(words, environment, input);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  }
  const succeedJson = async <T>(...words: string[]) => JSON.parse(await succeed([...words, '--json'])) as T;

  test('an API token becomes an access token; an unknown one ends with 4', async () => {
    assert.equal((await succeed(['token'])).trim().split('.').length, 3);
    const wrong = await meterhouse(['token'], { ...environment, METERHOUSE_TOKEN: 'unknown-token' });
    assert.equal(wrong.status, 4);
    assert.match(wrong.stderr, /Put an API token that is not revoked into METERHOUSE_TOKEN/);
    assert.ok(!wrong.stderr.includes('unknown-token'));
  });

  test('a meter is made, registered, found unchanged, and listed', async () => {
    await succeed(['meter', 'init', '--dir', place.meter, '--agent', place.agent]);
    assert.equal((await meterhouse(['meters', 'show', place.agent], environment)).status, 3);
    const register = [
      'meters',
      'register',
      place.agent,
      '--label',
      'um-test',
      '--contract',
      '1012345',
      '--site',
      'Site A',
    ];
    assert.match(await succeed(register), /is registered under contract 1012345/);
    assert.match(await succeed(register), /is registered like this already/);
    const meters = await succeedJson<{ agentId: string; label: string }[]>('meters', 'list');
    assert.deepEqual(
      meters.map(({ agentId, label }) => [agentId, label]),
      [[place.agent, 'um-test']],
    );
    assert.match(
      await succeed(['meters', 'show', place.agent]),
      /the beginning\s+PRODUCTION\s+1012345\s+Site A/,
    );
  });

  test('registering with every fault at once names every fault', async () => {
    const words = [
      'meters',
      'register',
      place.agent,
      '--label',
      'x',
      '--contract',
      '999',
      '--agent-version',
      '4.x',
    ];
    const ran = await meterhouse(words, environment);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /--contract: no contract/);
    assert.match(ran.stderr, /--agent-version: must be/);
  });

  test('the activation token goes from one command into the other, once; a new one binds a new key', async () => {
    const activate = ['meter', 'activate', '--dir', place.meter, '--activation-token', '-'];
    const token = await succeed(['meters', 'activation-token', place.agent]);
    assert.match(await succeed(activate, token), /in epoch 1/);
    const again = await meterhouse(activate, environment, token);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /The token is unknown, used/);
    const next = await succeed(['meters', 'activation-token', place.agent]);
    assert.match(await succeed(activate, next), /in epoch 2/);
  });

  test('a trace becomes packages, which the meter sends with its own key', async () => {
    const packages = await replayTrace(place, '2023-01', [
      '1,Alder,4,8192,2023-01-01T00:00:00Z,2023-01-03T12:00:00Z',
      '2,,2,4096,2023-01-02T06:30:00Z,2023-01-02T07:00:00Z',
    ]);
    assert.equal(packages.length, 3);
    // In the wrong order: they are sent in the order of the chain.
    const sent = await succeed(['uploads', 'send', '--dir', place.meter, ...packages.toReversed()]);
    assert.match(sent, /3 packages taken;/);
    assert.match(sent, /counted\s+60 slices/);
    assert.match(await succeed(['uploads', 'send', ...packages]), /3 packages taken, 3 of them known before/);
  });

  test('a mangled package is refused with its faults, the next one is taken, and the status is 1', async () => {
    const [first, second] = await replayTrace(place, '2023-02', [
      '1,,1,1024,2023-02-01T00:00:00Z,2023-02-02T12:00:00Z',
    ]);
    const bytes = await readFile(first!);
    bytes[bytes.length - 20]! ^= 0xff;
    await writeFile(first!, bytes);
    const ran = await meterhouse(['uploads', 'send', first!, second!], environment);
    assert.equal(ran.status, 1);
    assert.match(ran.stdout, /1 package taken, 1 refused/);
    assert.match(ran.stderr, /_000004_2023-02-01\.gz: .*\(422\)/);
    assert.match(ran.stderr, /host: .*SHA-256|host: .*digest/);
  });

  test('uploads are listed, and one is shown with what became of its hours', async () => {
    const { items, missing } = await succeedJson<{
      items: { uploadId: string; number: number }[];
      missing: unknown[];
    }>('uploads', 'list', place.agent);
    assert.deepEqual(
      items.map(({ number }) => number),
      [5, 3, 2, 1],
    );
    assert.deepEqual(missing, [{ epoch: 2, from: 4, to: 4 }]);
    const shown = await succeed(['uploads', 'show', place.agent, items[1]!.uploadId]);
    assert.match(shown, /Package 3 of epoch/);
    assert.match(shown, /2023-01-03T11:00:00Z\s+collected\s+counted/);
  });

  test('reports are listed, shown with the hours they miss, and downloaded whole', async () => {
    await settled(createClient(service.url));
    const listed = await succeedJson<{ reportType: string; checksum: string }[]>(
      'reports',
      'list',
      '--month',
      '2023-01',
    );
    assert.equal(listed.length, 5);
    const shown = await succeed(['reports', 'show', '--month', '2023-01']);
    // 8 GiB bill 4 for 60 hours, 4 GiB bill 2 for half an hour, of 744.
    assert.match(shown, /vRAM\s+GB\s+0\.324/);
    assert.match(shown, /2023-01-03 12:00\s+2023-02-01 00:00\s+684 hours\s+missing/);
    const folder = join(place.root, 'reports');
    const paths = (await succeed(['reports', 'download', '--month', '2023-01', '--out', folder]))
      .trim()
      .split('\n');
    assert.equal(paths.length, 5);
    for (const [index, path] of paths.entries()) {
      const bytes = await readFile(path);
      assert.equal(createHash('md5').update(bytes).digest('hex'), listed[index]!.checksum);
      assert.ok(gunzipSync(bytes).includes('\t'));
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.partial')),
      [],
    );
    assert.equal((await meterhouse(['reports', 'download', '--month', '2022-12'], environment)).status, 3);
  });

  test('the example script downloads and checks the same reports with curl alone', async (t) => {
    if (spawnSync('sh', ['-c', 'curl --version && md5sum --version']).status !== 0) {
      return t.diagnostic('there is no curl or md5sum here: the example was not run');
    }
    const script = fileURLToPath(new URL('../../../examples/monthly-reports.sh', import.meta.url));
    const folder = join(place.root, 'by-script');
    const ran = spawnSync('sh', [script, '2023', '01', folder], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    });
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(ran.stdout.trim().split('\n').length, 5);
    const refused = spawnSync('sh', [script, '2023', '01', folder], {
      env: { PATH: process.env.PATH, ...environment, METERHOUSE_TOKEN: 'no-token-of-this-service' },
      encoding: 'utf8',
    });
    assert.notEqual(refused.status, 0, 'what failed says so');
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      assert.equal(`${createHash('md5').update(bytes).digest('hex')}.tsv.gz`, name);
    }
  });

  test('the coverage of a month is drawn hour by hour', async () => {
    const drawn = await succeed(['coverage', place.agent, '--month', '2023-01']);
    assert.match(drawn, /2023-01-03 {2}(■ ){12}(· ){11}·/);
    assert.match(drawn, /2023-01-31 {2}(· ){23}·/);
  });

  test('a rebuild finds every digest equal, for operators only', async () => {
    assert.equal((await meterhouse(['rebuild'], environment)).status, 4);
    const operator = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
    const ran = await meterhouse(['rebuild'], { ...environment, METERHOUSE_TOKEN: operator });
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stdout, /2 months with 72 slices derived again: every digest is equal/);
  });
});
