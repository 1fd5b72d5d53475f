import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backup } from '@meterhouse/contract';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import type { Failure } from '../src/failure.ts';
import { createClient } from '../src/http/client.ts';
import { settled } from '../src/journey/settled.ts';
import { meterhouse } from './meterhouse.ts';
import { replayTrace } from './replay-trace.ts';

suite('backup and restore', () => {
  /** One provider; each test is the next step. */
  let place: ThrowAway;
  let service: ServiceProcess;
  let operator: string;
  let backups: string;
  let whole: string;
  /** What the service said of January when the backup was made. */
  let reportsBefore: string;

  before(async () => {
    place = await makeThrowAway();
    backups = join(place.root, 'backups');
    service = await start(place.data, 'first');
    operator = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
  });
  after(async () => {
    await service?.stop();
    await place?.remove();
  });

  function start(data: string, name: string, more: readonly string[] = []): Promise<ServiceProcess> {
    const flags = ['--data', data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    return startService(
      [...flags, '--backup-dir', backups, '--disk-reserve', '0', ...more],
      join(place.root, `${name}.log`),
    );
  }

  const as = (token: string) => ({ METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: token });
  async function succeed(words: readonly string[], token = place.token, input = ''): Promise<string> {
    const ran = await meterhouse(words, as(token), input);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  }
  const ready = () => settled(createClient(service.url));

  /** Replays the first days of a month of a small trace into packages. */
  function replay(month: string, days: number, ...flags: readonly string[]): Promise<string[]> {
    const until = `${month}-${String(days).padStart(2, '0')}T12:00:00Z`;
    const rows = [
      `1,Alder,4,8192,${month}-01T00:00:00Z,${until}`,
      `2,,2,4096,${month}-01T06:30:00Z,${month}-01T07:00:00Z`,
    ];
    return replayTrace(place, month, rows, month, ...flags);
  }
  const send = (files: readonly string[]) => succeed(['uploads', 'send', '--dir', place.meter, ...files]);
  async function activate(): Promise<string> {
    const token = await succeed(['meters', 'activation-token', place.agent]);
    return succeed(
      ['meter', 'activate', '--dir', place.meter, '--activation-token', '-'],
      place.token,
      token,
    );
  }
  /** The entries of a month, with the bytes of each report. */
  async function reportsOf(month: string): Promise<string> {
    const folder = join(place.root, `reports-${Math.random()}`);
    const listed = await succeed(['reports', 'list', '--month', month, '--json']);
    await succeed(['reports', 'download', '--month', month, '--out', folder]);
    const files = (await readdir(folder)).sort();
    const bytes = await Promise.all(files.map((file) => readFile(join(folder, file), 'base64')));
    return JSON.stringify([JSON.parse(listed), files, bytes]);
  }

  test('a backup is made while packages and registrations come in, and it is whole', async () => {
    await succeed(['meter', 'init', '--dir', place.meter, '--agent', place.agent]);
    await succeed([
      'meters',
      'register',
      place.agent,
      '--label',
      'um-test',
      '--contract',
      '1012345',
      '--site',
      'Site A',
    ]);
    await activate();
    await send(await replay('2023-01', 3));
    await ready();
    reportsBefore = await reportsOf('2023-01');
    const february = await replay('2023-02', 6);
    const [made] = await Promise.all([
      succeed(['backup', '--json'], operator),
      send(february),
      succeed(['meters', 'register', '00000000-0000-4000-8000-00000000000a', '--label', 'beside']),
    ]);
    whole = join(backups, (JSON.parse(made) as { folder: string }).folder);
    assert.match(await succeed(['backup', 'verify', whole]), /^Whole: made /);
    assert.match(await succeed(['backup', 'list'], operator), /complete/);
    assert.equal((await meterhouse(['backup'], as(place.token))).status, 4);
  });

  test('a damaged backup is told with every fault, and is not restored', async () => {
    const damaged = join(place.root, 'damaged');
    const { cpSync } = await import('node:fs');
    cpSync(whole, damaged, { recursive: true });
    await writeFile(join(damaged, 'records', 'meters.gz'), 'nothing');
    await rm(join(damaged, 'jobs.ndjson.gz'));
    const verified = await meterhouse(['backup', 'verify', damaged]);
    assert.equal(verified.status, 7);
    assert.match(verified.stderr, /records\/meters\.gz has 7 bytes/);
    assert.match(verified.stderr, /jobs\.ndjson\.gz is missing/);
    const target = join(place.root, 'from-damaged');
    const restored = await meterhouse(['restore', '--from', damaged, '--data', target, '--new-master-key']);
    assert.equal(restored.status, 6);
    assert.match(restored.stderr, /jobs\.ndjson\.gz is missing/);
    await assert.rejects(readdir(target), { code: 'ENOENT' });
  });

  test('killed at any step a backup leaves nothing that looks whole, and the restarted service makes it', async () => {
    for (const point of [
      'backup.after-records',
      'backup.after-archive',
      'backup.before-name',
      'backup.named',
    ]) {
      await service.stop();
      const before = (await readdir(backups)).length;
      process.env.METERHOUSE_CRASH_AT = point;
      service = await start(place.data, point).finally(() => {
        delete process.env.METERHOUSE_CRASH_AT;
      });
      const client = await operatorClient();
      const { id } = await client.json<{ id: string }>('/api/v1/backups', { method: 'POST' });
      await assert.rejects(service.ended, /SIGKILL/);
      const named = (await readdir(backups)).filter((name) => !name.startsWith('.'));
      assert.equal(named.length, before + (point === 'backup.named' ? 1 : 0), point);
      service = await start(place.data, `${point}-after`);
      const done = await finished(id);
      assert.equal(done.state, 'complete', point);
      assert.ok(
        (await readdir(backups)).every((name) => !name.startsWith('.')),
        point,
      );
      await succeed(['backup', 'verify', join(backups, done.folder!)]);
    }
  });

  test('restored on another machine it says the same: equal refs and bytes, an intact audit log, tokens that work', async () => {
    await service.stop();
    const data = join(place.root, 'another-machine');
    const restore = [
      'restore',
      '--from',
      whole,
      '--data',
      data,
      '--master-key-file',
      join(place.data, 'master.key'),
    ];
    const ran = await meterhouse(restore);
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stdout, /^Restored into /);
    // The machine that it came from is gone.
    await rename(place.data, `${place.data}-gone`);
    service = await start(data, 'restored');
    await ready();
    assert.equal(await reportsOf('2023-01'), reportsBefore);
    assert.match(await succeed(['rebuild'], operator), /every digest is equal/);
    assert.equal((await meterhouse(restore)).status, 6);
  });

  test('the meter sends again what the restored service has not seen, and goes on with its chain', async () => {
    const february = (await readdir(join(place.packages, '2023-02')))
      .sort()
      .map((file) => join(place.packages, '2023-02', file));
    await send(february);
    const sent = await send(await replay('2023-03', 2));
    assert.match(sent, /2 packages taken;/);
    const listed = JSON.parse(await succeed(['uploads', 'list', place.agent, '--json'])) as {
      missing: unknown[];
    };
    assert.deepEqual(listed.missing, []);
  });

  test('a meter that was activated after the backup is activated again and meters on', async () => {
    await activate();
    const april = await replay('2023-04', 2);
    await service.stop();
    const data = join(place.root, 'third-machine');
    const key = join(place.root, 'another-machine', 'master.key');
    const ran = await meterhouse(['restore', '--from', whole, '--data', data, '--master-key-file', key]);
    assert.equal(ran.status, 0, ran.stderr);
    service = await start(data, 'third');
    const refused = await meterhouse(['uploads', 'send', '--dir', place.meter, ...april], as(place.token));
    assert.equal(refused.status, 4, refused.stderr);
    assert.match(await activate(), /in epoch 2/);
    await rm(join(place.packages, '2023-04'), { recursive: true });
    assert.match(await send(await replay('2023-04', 2, '--again')), /2 packages taken;/);
  });

  test('restored without its master key everything works, with new signing keys', async () => {
    await service.stop();
    const data = join(place.root, 'without-key');
    const ran = await meterhouse(['restore', '--from', whole, '--data', data, '--new-master-key']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stdout, /signing keys? lost with the master key/);
    service = await start(data, 'without-key');
    await ready();
    assert.equal(await reportsOf('2023-01'), reportsBefore);
  });

  test('a restore that was killed keeps the service from starting, and goes on when it is run again', async () => {
    await service.stop();
    for (const point of ['restore.marked', 'restore.archived', 'restore.loaded', 'restore.before-finish']) {
      const data = join(place.root, point);
      const words = ['restore', '--from', whole, '--data', data, '--new-master-key'];
      const killed = await meterhouse(words, { METERHOUSE_CRASH_AT: point });
      assert.equal(killed.status, null, point);
      await assert.rejects(
        start(data, point),
        ({ faults }: Failure) => faults.some((line) => line.includes('was not finished')),
        point,
      );
      const again = await meterhouse(words);
      assert.equal(again.status, 0, `${point}: ${again.stderr}`);
    }
    service = await start(join(place.root, 'restore.archived'), 'after-kill');
    await ready();
    assert.equal(await reportsOf('2023-01'), reportsBefore);
  });

  test('an engine that was lost is filled from the archive by the next start', async () => {
    await service.stop();
    const data = join(place.root, 'restore.archived');
    await rm(join(data, 'engine'), { recursive: true });
    await mkdir(join(data, 'engine'), { mode: 0o700 });
    service = await start(data, 'engine-lost');
    const client = await operatorClient();
    // The comparison runs in the background.
    await until(async () =>
      (await readFile(join(place.root, 'engine-lost.log'), 'utf8')).includes(
        'usage differed from the records',
      ),
    );
    await settled(client);
    assert.equal(await reportsOf('2023-01'), reportsBefore);
    assert.match(await succeed(['rebuild'], operator), /every digest is equal/);
  });

  async function operatorClient() {
    const { signedIn } = await import('../src/http/session.ts');
    return signedIn(service.url, async () => operator);
  }

  async function finished(id: string): Promise<Backup> {
    const client = await operatorClient();
    let backup: Backup | undefined;
    await until(async () => {
      backup = await client.json<Backup>(`/api/v1/backups/${id}`);
      return backup.state !== 'running';
    });
    return backup!;
  }
});

/** @throws when it is not so within a minute */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come within a minute');
    await sleep(50);
  }
}
