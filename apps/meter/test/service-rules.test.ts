import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '@meterhouse/client';
import { startService } from '../../cli/src/demo/service-process.ts';
import { makeThrowAway } from '../../cli/src/demo/throw-away.ts';
import { activateMeter } from '../src/activation/index.ts';
import {
  allRules,
  createLabels,
  fetchRules,
  keepFetchedRules,
  loadFetchedRules,
} from '../src/customers/index.ts';
import { HOST, machine, PRODUCT, placesOf } from '../src/customers/testing.ts';
import { initMeter } from '../src/identity/index.ts';
import { signIn } from '../src/sign-in/index.ts';

test("a meter takes customers' rules from the service with its own key, and again only when they change", {
  timeout: 120_000,
}, async (t) => {
  const place = await makeThrowAway();
  t.after(() => place.remove());
  const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
  const service = await startService(flags, join(place.root, 'service.log'));
  t.after(() => service.stop());
  const client = createClient({ url: service.url, apiToken: place.token });
  const made = await initMeter(place.meter, place.agent);
  await client.meters.register({ agentId: place.agent, label: 'um', contractNumber: '1012345' });
  const { activationToken } = await client.meters.createActivationToken(place.agent);
  const meter = await activateMeter(made, service.url, activationToken);
  const source = {
    server: service.url,
    agent: meter.agent,
    accessToken: async () => (await signIn(meter, service.url)).accessToken,
  };

  const none = await fetchRules(source, undefined);
  assert.deepEqual(none?.rules, []);
  await client.customers.create({ name: 'Acme' });
  const target = {
    productType: 'vCenter',
    productId: PRODUCT.id,
    targetType: 'Folder',
    targetId: 'group-v2',
  } as const;
  await client.customerRules.create({ name: 'Acme', ...target });
  const one = await fetchRules(source, none);
  assert.deepEqual(
    one?.rules.map(({ name, targetId }) => [name, targetId]),
    [['Acme', 'group-v2']],
  );
  assert.equal(await fetchRules(source, one), undefined);

  // As a start without the service finds them.
  await keepFetchedRules(place.meter, one!);
  await service.stop();
  await assert.rejects(fetchRules(source, one));
  const kept = await loadFetchedRules(place.meter);
  const labels = createLabels(allRules([], kept?.rules), PRODUCT);
  assert.equal(labels.customerOf(machine(), HOST, placesOf()), 'Acme');
});
