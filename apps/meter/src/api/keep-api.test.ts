import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { request } from 'undici';
import { meterUnderTest, ScriptedProduct, TEN, until } from '../run/testing.ts';
import { InjectedTime } from '../time/testing.ts';
import { keepApi } from './index.ts';
import { dispatcher } from './testing.ts';

test('an API whose port is taken is told once and comes when the port is free; closing ends the trying too', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const time = new InjectedTime(TEN * 1000);
  const under = await meterUnderTest(t, { kvm: new ScriptedProduct(11, time) }, time, {
    settings: `api:\n  listen: 127.0.0.1:${port}\n`,
  });
  const told = () =>
    under.meter.journal
      .list({ code: 'api-not-serving' })
      .then((entries) => entries.map(({ message }) => message));
  const retries = new InjectedTime(0);
  const api = await keepApi(under.meter, { time: retries });
  t.after(() => api.close());
  assert.match((await told()).join(), /EADDRINUSE.*Metering goes on/);
  taken.close();
  await once(taken, 'close');
  await until('it tries again', async () => {
    await retries.advanceTo(retries.now() + 30_000);
    return request(`https://127.0.0.1:${port}/readyz`, { dispatcher }).then(
      ({ statusCode }) => statusCode === 200,
      () => false,
    );
  });
  assert.equal((await told()).length, 1);

  const again = await keepApi(under.meter, { time: retries });
  assert.match((await told()).join(), /EADDRINUSE/);
  await again.close();
});
