import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import { createClient } from '../src/http/client.ts';
import { settled } from '../src/journey/settled.ts';
import { meterhouse } from './meterhouse.ts';
import { replayTrace } from './replay-trace.ts';

suite('reports of two months, from a real service', () => {
  let place: ThrowAway;
  let service: ServiceProcess;
  let environment: Record<string, string>;
  /** Between the command line and the service: counts, and dies when told to. */
  let proxy: Server;
  let through: Record<string, string>;
  const passed: string[] = [];
  let uploadsLeft = Number.POSITIVE_INFINITY;

  before(async () => {
    place = await makeThrowAway();
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    service = await startService(flags, join(place.root, 'service.log'));
    environment = { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token };
    proxy = createServer((incoming, answer) => {
      if (incoming.method === 'POST' && incoming.url!.includes('/uploads') && uploadsLeft-- <= 0) {
        proxy.close();
        incoming.socket.destroy();
        return;
      }
      if (incoming.url!.includes('reports?ref=')) passed.push(incoming.url!);
      const { method, headers, url } = incoming;
      const onward = request(new URL(url!, service.url), { method: method!, headers }, (response) => {
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    through = {
      ...environment,
      METERHOUSE_SERVER: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    };
  });
  after(async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    await service?.stop();
    await place?.remove();
  });

  async function succeed(words: readonly string[], with_ = environment, input = ''): Promise<string> {
    const ran = await meterhouse(words, with_, input);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  }

  const sync = () => {
    const months = ['--since', '2022-12', '--until', '2023-02'];
    return ['reports', 'sync', ...months, '--to', join(place.root, 'synced')];
  };

  test('a send that loses the service sums up what was taken, and the rest is sent later', async () => {
    await succeed(['meter', 'init', '--dir', place.meter, '--agent', place.agent]);
    const register = ['meters', 'register', place.agent, '--label', '../um east', '--contract', '1012345'];
    await succeed([...register, '--site', 'Site A']);
    const token = await succeed(['meters', 'activation-token', place.agent]);
    await succeed(['meter', 'activate', '--dir', place.meter, '--activation-token', '-'], environment, token);
    const january = await replayTrace(place, '2023-01', [
      '1,Alder,4,8192,2023-01-01T00:00:00Z,2023-01-03T12:00:00Z',
    ]);
    const corrects = await meterhouse(
      ['uploads', 'send', '--correction', 'a slip', ...january.slice(0, 1)],
      environment,
    );
    assert.equal(corrects.status, 1, corrects.stderr);
    assert.match(`${corrects.stdout}${corrects.stderr}`, /correction.*corrects nothing/);
    uploadsLeft = 2;
    const lost = await meterhouse(['uploads', 'send', ...january], through);
    assert.equal(lost.status, 5, lost.stderr);
    assert.match(lost.stdout, /2 packages taken;.*\n {2}counted +48 slices/);
    assert.match(lost.stderr, /cannot be reached.* 1 package not sent\. Send all of them again/);
    assert.match(await succeed(['uploads', 'send', ...january]), /3 packages taken, 2 of them known before/);
    const february = await replayTrace(place, '2023-02', [
      '1,Alder,4,8192,2023-02-01T00:00:00Z,2023-02-03T12:00:00Z',
      '2,Birch,4,8192,2023-02-01T00:00:00Z,2023-02-01T14:00:00Z',
    ]);
    await succeed(['uploads', 'send', ...february]);
    await settled(createClient(service.url));
    uploadsLeft = Number.POSITIVE_INFINITY;
    const { port } = new URL(through.METERHOUSE_SERVER!);
    await new Promise<void>((resolve) => proxy.listen(Number(port), '127.0.0.1', resolve));
  });

  test('a folder is synced once, and what is changed there is restored', async () => {
    const to = join(place.root, 'synced');
    assert.equal(await succeed(sync(), through), '10 new, 0 renewed, 0 unchanged, 0 failed\n');
    assert.equal(
      await succeed([...sync(), '--verify'], through),
      '0 new, 0 renewed, 10 unchanged, 0 failed\n',
    );
    assert.equal(passed.length, 10);
    assert.equal(new Set(passed).size, 10);
    const folder = join(to, '2023-02', `um-east_${place.agent}`);
    assert.deepEqual((await readdir(folder)).sort(), [
      'Cluster_History.tsv.gz',
      'Customer_Monthly_Usage.tsv.gz',
      'Hourly_Usage.tsv.gz',
      'Monthly_Usage.tsv.gz',
      'Virtual_Machine_History.tsv.gz',
    ]);
    const monthly = join(folder, 'Monthly_Usage.tsv.gz');
    assert.match(gunzipSync(await readFile(monthly)).toString(), /^Product\tUnit of Measure\t/);
    await appendFile(monthly, 'x');
    assert.match(await succeed(sync(), through), /1 restored, 9 unchanged/);
  });

  test('usage that comes later renews the reports of its month alone', async () => {
    const late = await replayTrace(
      place,
      '2023-01',
      ['1,Alder,4,8192,2023-01-03T12:00:00Z,2023-01-03T13:00:00Z'],
      'late',
      '--again',
    );
    await succeed(['uploads', 'send', ...late]);
    await settled(createClient(service.url));
    const synced = await succeed(sync(), through);
    assert.match(synced, /^0 new, [1-5] renewed, [5-9] unchanged, 0 failed\n/);
    const to = join(place.root, 'synced');

    const diff = await meterhouse([
      'reports',
      'diff',
      join(to, '2023-01'),
      join(to, '2023-02'),
      '--type',
      'MONTHLY_USAGE',
    ]);
    assert.equal(diff.status, 8, diff.stderr);
    // 8 GiB bill 4: for 61 of 744 hours, then for 60 + 14 of 672.
    assert.match(
      diff.stdout,
      /~ Contract 1012345, Site Site A, SKU FLEX-VRAM, Product vRAM\n {4}Units to be Reported: 0\.328 → 0\.440 {2}\(\+0\.112\)/,
    );
  });

  test('other forms of the same reports lie beside them, each checked by its own digest', async () => {
    for (const [form, start] of [
      ['csv', '1f8b'],
      ['json', '1f8b'],
      ['parquet', '50415231'],
    ] as const) {
      const words = [...sync(), '--as', form, '--type', 'MONTHLY_USAGE'];
      assert.equal(await succeed(words, through), '2 new, 0 renewed, 0 unchanged, 0 failed\n');
      assert.equal(
        await succeed([...words, '--verify'], through),
        '0 new, 0 renewed, 2 unchanged, 0 failed\n',
      );
      const ending = form === 'parquet' ? form : `${form}.gz`;
      const path = join(place.root, 'synced', '2023-02', `um-east_${place.agent}`, `Monthly_Usage.${ending}`);
      assert.ok((await readFile(path)).toString('hex').startsWith(start), form);
    }
  });

  test('months are compared by the service too, and a ref with itself is equal', async () => {
    const months = await meterhouse(['reports', 'diff', '2023-01', '2023-02', '--json'], environment);
    assert.equal(months.status, 8, months.stderr);
    const { reports } = JSON.parse(months.stdout) as { reports: { reportType: string; added: unknown[] }[] };
    assert.deepEqual(reports.map(({ reportType, added }) => [reportType, added.length]).sort(), [
      ['CUSTOMER_MONTHLY_USAGE', 1],
      ['MONTHLY_USAGE', 0],
    ]);
    const [{ ref }] = JSON.parse(
      await succeed(['reports', 'list', '--month', '2023-01', '--type', 'MONTHLY_USAGE', '--json']),
    ) as [{ ref: string }];
    assert.equal(await succeed(['reports', 'diff', ref, ref]), 'Equal: 1 report.\n');
    assert.equal((await meterhouse(['reports', 'diff', ref, 'unknownref'], environment)).status, 3);
  });

  test('a report is shown filtered, with totals and its months; CSV and a query give the same figures', async () => {
    const customers = ['reports', 'show', '--month', '2023-02', '--type', 'customer_monthly_usage'];
    const shown = await succeed([...customers, '--filter', 'unitsToBeReported=gt=0', '--sort', '-Points']);
    assert.match(shown, /Alder.*0\.357[\s\S]*Birch.*0\.083[\s\S]*Total +0\.440/);
    assert.match(
      await succeed([...customers, '--filter', 'Customer==Birch', '--csv']),
      /^agentId,Customer,.*\n.*,Birch,vRAM,GB,0\.083,/,
    );
    assert.equal(await succeed([...customers, '--query', '[].totals."Units to be Reported"']), '0.440\n');
    const first = await succeed([...customers, '--sort', '-Units to be Reported', '--top', '1']);
    assert.match(first, /Alder/);
    assert.doesNotMatch(first, /Birch/);
    const drawn = await succeed([...customers, '--sort', 'Customer', '--rows', '1']);
    assert.match(drawn, /Alder/);
    assert.doesNotMatch(drawn, /Birch/);
    assert.match(drawn, /0\.440/, 'the total counts what is not drawn');
    const trend = await succeed(['reports', 'show', '--month', '2023-02', '--trend', '3']);
    assert.match(trend, /vRAM.* ·▆█/);
    assert.equal((await meterhouse([...customers, '--filter', 'Kunde==x'], environment)).status, 2);
  });

  test('a report goes to a file once, to a pipe, and not over another file', async () => {
    const one = ['reports', 'download', '--month', '2023-02', '--type', 'MONTHLY_USAGE', '--out'];
    const file = join(place.root, 'one.tsv.gz');
    assert.equal(await succeed([...one, file]), `${file}\n`);
    const again = await meterhouse([...one, file], environment);
    assert.equal(again.status, 6);
    assert.match(again.stderr, /is there already[\s\S]*--force replaces it/);
    await succeed([...one, file, '--force']);
    const many = await meterhouse(
      ['reports', 'download', '--month', '2023-02', '--out', file, '--force'],
      environment,
    );
    assert.equal(many.status, 2);
    assert.match(many.stderr, /5 reports do not go into one file/);
  });

  test('coverage of all meters is a line each, and --fail-on ends with 8', async () => {
    const all = ['coverage', '--all', '--month', '2023-01'];
    const drawn = await succeed(all);
    assert.match(drawn, /\.\.\/um east {2}\w{8}… {2}■■·{29} {2}8\.1 % seen, 683 h missing/);
    assert.equal((await meterhouse([...all, '--fail-on', 'missing'], environment)).status, 8);
    assert.equal((await meterhouse([...all, '--fail-on', 'unreachable'], environment)).status, 0);
    assert.match(
      await succeed([...all, '--csv']),
      /^agentId,label,month,products,collected,.*\n.*,2023-01,1,61,0,0,0,683\n/,
    );
    assert.equal((await meterhouse(['coverage', '--month', '2023-01'], environment)).status, 2);
  });

  test('the doctor finds a running service well, and tells a token that is not', async () => {
    const well = await meterhouse(['doctor', '--remote'], environment);
    assert.equal(well.status, 0, well.stdout);
    for (const check of ['service', 'clock', 'version', 'token', 'health']) {
      assert.match(well.stdout, new RegExp(`✓ ${check} `));
    }
    const wrong = await meterhouse(['doctor', '--remote'], { ...environment, METERHOUSE_TOKEN: 'unknown' });
    assert.equal(wrong.status, 8);
    assert.match(wrong.stdout, /✗ token/);
    const operator = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
    assert.match(
      (await meterhouse(['doctor', '--remote'], { ...environment, METERHOUSE_TOKEN: operator })).stdout,
      /✓ signing key +access: 0 days old/,
    );
  });
});
