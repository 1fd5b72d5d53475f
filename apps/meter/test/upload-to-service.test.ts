import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@meterhouse/client';
import { type ServiceProcess, startService } from '../../cli/src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../../cli/src/demo/throw-away.ts';
import { activateMeter } from '../src/activation/index.ts';
import { type ActivatedMeter, initMeter, loadMeter } from '../src/identity/index.ts';
import { makePlaces, packHours, type SpoolPlaces, spoolPlaces, storedPackages } from '../src/spool/index.ts';
import { closeHour, hoursFrom, hoursOf, journalOf, OTHER, PRODUCT } from '../src/spool/testing.ts';
import { REAL_TIME } from '../src/time/index.ts';
import { createUploader, type Uploader } from '../src/upload/index.ts';

suite('a meter and the service', { timeout: 120_000 }, () => {
  /** Each test goes on where the one before ended. */
  let place: ThrowAway;
  let flags: string[];
  let service: ServiceProcess;
  let url: string;
  let client: Client;
  let meter: ActivatedMeter;
  let places: SpoolPlaces;
  let uploader: Uploader;
  let running: Promise<void>;
  const end = new AbortController();
  const journal = journalOf();

  const start = async (crashAt?: string) => {
    if (crashAt !== undefined) process.env.METERHOUSE_CRASH_AT = crashAt;
    service = await startService(flags, join(place.root, 'service.log'));
    delete process.env.METERHOUSE_CRASH_AT;
  };
  const activate = async () => {
    const { activationToken } = await client.meters.createActivationToken(place.agent);
    meter = await activateMeter(await loadMeter(place.meter), url, activationToken);
  };
  const untilSent = async (count: number) => {
    while ((await storedPackages(places.sent)).length < count) await sleep(50);
  };

  before(async () => {
    place = await makeThrowAway();
    flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    await start();
    url = service.url;
    // Killed and started again it has to be found where it was.
    flags[flags.length - 1] = new URL(url).host;
    client = createClient({ url, apiToken: place.token });
    await initMeter(place.meter, place.agent);
    await client.meters.register({ agentId: place.agent, label: 'um', contractNumber: '1012345' });
    await activate();
    places = await makePlaces(place.meter);
    uploader = createUploader({
      dir: place.meter,
      hours: hoursOf(place.meter),
      journal,
      time: REAL_TIME,
      settings: () => ({
        service: url,
        serviceCaFile: undefined,
        spool: { limitBytes: 1e9, warnAt: 0.8, keepDays: 60 },
        upload: { interval: 3600, jitter: 0 },
      }),
    });
  });
  after(async () => {
    end.abort();
    await running;
    await service?.stop();
    await place?.remove();
  });

  test('a product without hours is the first package: key, chain and audience are right before an hour is over', async () => {
    const listed = uploader.list([{ month: '2023-01', product: PRODUCT }]);
    running = uploader.run(end.signal);
    await listed;
    await untilSent(1);
    const [upload] = await Array.fromAsync(client.uploads.list(place.agent));
    assert.deepEqual([upload!.number, upload!.state !== 'refused'], [1, true]);
  });

  test('the service is killed at each step of an upload: the same package goes again, and none counts twice', async () => {
    await service.stop();
    const hours = hoursFrom('2023-01-31T22:00:00Z', 4);
    for (const hour of hours) await closeHour(place.meter, hour);
    for (const point of ['intake.received', 'intake.before-commit', 'intake.committed']) {
      await start(point);
      const ended = service.ended.catch(() => undefined);
      uploader.wake();
      await ended;
    }
    await start();
    uploader.wake();
    await untilSent(3);
    const uploads = await Array.fromAsync(client.uploads.list(place.agent));
    assert.deepEqual(
      uploads.map(({ epoch, number, outcomes }) => [epoch, number, outcomes]),
      [
        [1, 3, { counted: 2 }],
        [1, 2, { counted: 2 }],
        [1, 1, {}],
      ],
    );
    const { products } = await client.coverages.get(place.agent, '2023-02');
    assert.deepEqual(
      products[0]!.hours.filter(({ state }) => state === 'collected').map(({ from, to }) => [from, to]),
      [['2023-02-01T00:00:00Z', '2023-02-01T02:00:00Z']],
    );
  });

  test('what was not sent before a new activation is taken with the key of its epoch, and a retired product is not expected', async () => {
    await closeHour(place.meter, '2023-02-01T02:00:00Z');
    await packHours({
      meter,
      hours: hoursOf(place.meter),
      folder: spoolPlaces(place.meter).packages,
      time: REAL_TIME,
    });
    await activate();
    assert.equal(meter.activation.epoch, 2);
    await closeHour(place.meter, '2023-02-01T03:00:00Z');
    await closeHour(place.meter, '2023-02-01T03:00:00Z', { product: OTHER });
    const retired = { ...PRODUCT, retired: '2023-02-01T04:00:00Z' };
    void uploader.list([{ month: '2023-02', product: retired }]);
    uploader.wake();
    await untilSent(5);
    const [second, first] = await Array.fromAsync(client.uploads.list(place.agent));
    assert.deepEqual(
      [first!, second!].map(({ epoch, number, outcomes }) => [epoch, number, outcomes]),
      [
        [1, 4, { counted: 1 }],
        [2, 1, { counted: 2 }],
      ],
    );
    // The other one without an hour that waits.
    void uploader.list([{ month: '2023-02', product: { ...retired, id: OTHER.id } }]);
    uploader.wake();
    await untilSent(6);
    const { products } = await client.coverages.get(place.agent, '2023-02');
    assert.deepEqual(
      products.map(({ product, expectedSeconds, missingSeconds }) => [
        product,
        expectedSeconds,
        missingSeconds,
      ]),
      [
        [PRODUCT.id, 4 * 3600, 0],
        [OTHER.id, 3600, 0],
      ],
    );
    assert.deepEqual(await storedPackages(places.packages), []);
    assert.deepEqual(
      journal.entries.filter(({ code }) => code === 'upload-refused' || code === 'chain-fork'),
      [],
    );
  });
});
