// Rules in meter.yaml, a sealed password, a vCenter and what is left of it when names are hidden: whose each machine is.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createVsphereCollector } from '../src/collectors/vsphere/index.ts';
import { allRules, auditRules, createLabels } from '../src/customers/index.ts';
import type { Inventory, ProductIdentity } from '../src/inventory/index.ts';
import { openSecrets } from '../src/secrets/index.ts';
import { changeSettings, type MeterSettings, writeSettings } from '../src/settings/index.ts';
import { REAL_TIME } from '../src/time/index.ts';
import { lacking, startVcsim, type Vcsim } from './peers/vcsim.ts';

async function inventoryOf(settings: MeterSettings, password: () => Promise<string>) {
  const end = new AbortController();
  const collector = createVsphereCollector({
    product: settings.products[0]!,
    password,
    licenses: settings.licenses,
    time: REAL_TIME,
    journal: { note: () => undefined },
  });
  try {
    for await (const reading of collector.watch({ signal: end.signal }))
      if (reading.kind === 'inventory') return reading;
    return assert.fail('no inventory');
  } finally {
    end.abort();
  }
}

/** The label of each machine, by its name. */
function labelsOf(
  settings: MeterSettings,
  { product, inventory }: { readonly product: ProductIdentity; readonly inventory: Inventory },
): Record<string, string> {
  const labels = createLabels(allRules(settings.customers), { id: product.id, name: 'vc1' });
  const places = new Map(inventory.places.map((place) => [place.id, place]));
  const hosts = new Map(inventory.hosts.map((host) => [host.id, host]));
  return Object.fromEntries(
    inventory.machines.map((machine) => [
      machine.name,
      labels.customerOf(machine, hosts.get(machine.host ?? ''), places),
    ]),
  );
}

async function furnish(vcsim: Vcsim) {
  const { places, machines } = await vcsim.truth();
  const find = (type: string, name: string) =>
    places.find((place) => place.type === type && place.name === name)!.id;
  const [acme] = await vcsim.drive([
    { do: 'create-folder', folder: find('Folder', 'vm'), name: 'Acme/North' },
  ]);
  const [web] = await vcsim.drive([{ do: 'create-folder', folder: acme!, name: 'Web' }]);
  const cluster = find('ClusterComputeResource', 'DC0_C0');
  const root = places.find(({ type, parent }) => type === 'ResourcePool' && parent === cluster)!.id;
  const [gold] = await vcsim.drive([{ do: 'create-pool', pool: root, name: 'Gold' }]);
  const [one, two, three] = machines
    .filter(({ pool }) => pool === root)
    .map(({ id, name }) => ({ id, name }));
  await vcsim.drive([
    { do: 'move-into-folder', vm: one!.id, folder: web! },
    { do: 'move-into-folder', vm: two!.id, folder: web! },
    { do: 'relocate', vm: two!.id, pool: gold! },
  ]);
  return { acme: acme!, cluster, one: one!, two: two!, three: three! };
}

test('rules of meter.yaml name the machines of a vCenter, by path and by id, the nearest first', {
  skip: lacking(),
}, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'customers-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const vcsim = await startVcsim(t, { clusters: 2, hosts: 2, vms: 3 });
  const { cluster, one, two, three } = await furnish(vcsim);
  const path = join(dir, 'meter.yaml');
  const { address, port, user, fingerprint } = vcsim;
  await writeSettings(path, { products: [{ name: 'vc1', address, port, user, fingerprint }] });
  const rule = { productId: 'vc1' } as const;
  const settings = await changeSettings(
    path,
    {
      kind: 'add-rule',
      rule: { ...rule, name: 'Cluster', targetType: 'ClusterComputeResource', targetId: cluster },
    },
    {
      kind: 'add-rule',
      rule: { ...rule, name: 'Acme', targetType: 'Folder', targetId: '/DC0/vm/Acme%2fNorth' },
    },
    {
      kind: 'add-rule',
      rule: {
        ...rule,
        name: 'Gold',
        targetType: 'ResourcePool',
        targetId: '/DC0/host/DC0_C0/Resources/Gold',
      },
    },
    { kind: 'add-rule', rule: { ...rule, name: 'Rest', targetType: 'vCenter', targetId: '/' } },
    { kind: 'add-rule', rule: { ...rule, name: 'Gone', targetType: 'Folder', targetId: '/DC0/vm/Gone' } },
  );
  const secrets = await openSecrets(dir, {});
  await secrets.setPassword(settings.products[0]!, vcsim.password);
  const reading = await inventoryOf(settings, () => secrets.passwordOf(settings.products[0]!));
  const labels = labelsOf(settings, reading);
  assert.deepEqual([labels[one.name], labels[two.name], labels[three.name]], ['Acme', 'Gold', 'Cluster']);
  const others = Object.keys(labels).filter((name) => ![one.name, two.name, three.name].includes(name));
  assert.ok(others.length > 0);
  for (const name of others) assert.equal(labels[name], 'Rest', name);

  const product = { id: reading.product.id, name: 'vc1' };
  const rows = [...auditRules(allRules(settings.customers), [{ product, inventory: reading.inventory }])];
  const of = (kind: string, name?: string) =>
    rows.filter((row) => row.kind === kind && (name === undefined || row.machine?.name === name));
  assert.equal(of('mapped').length, reading.inventory.machines.length);
  assert.equal(of('unmapped').length, 0);
  assert.deepEqual(
    of('overlapping', two.name).map(({ losing }) => losing?.name),
    ['Acme', 'Cluster', 'Rest'],
  );
  assert.deepEqual(
    of('targetless').map(({ rule, reason }) => [rule?.name, reason]),
    [['Gone', 'target-not-there']],
  );

  // Somebody points the product at another machine: the password does not go there.
  const moved = await changeSettings(path, {
    kind: 'change-product',
    name: 'vc1',
    fields: { address: 'localhost' },
  });
  await assert.rejects(
    inventoryOf(moved, () => secrets.passwordOf(moved.products[0]!)),
    { code: 'password-missing' },
  );
});
