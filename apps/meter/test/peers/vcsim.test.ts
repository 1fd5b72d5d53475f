import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacking, startVcsim } from './vcsim.ts';

const skip = lacking();

test('the vCenter of the tests has what was asked for, does what it is told and tells when', {
  skip,
}, async (t) => {
  const vcsim = await startVcsim(t, { clusters: 2, hosts: 2, pools: 1, vms: 2 });
  const before = await vcsim.truth();
  assert.equal(before.machines.length, 4);
  assert.equal(before.hosts.length, 4);
  assert.equal(before.places.filter(({ type }) => type === 'ClusterComputeResource').length, 2);
  const [first, second] = before.machines;
  const began = Date.now();
  const [, , made] = await vcsim.drive([
    { do: 'power', vm: first!.id, to: 'off' },
    { do: 'reconfigure', vm: first!.id, cpus: 4, memoryMib: 2048, reservationMib: 512 },
    { do: 'create', name: 'new', folder: first!.folder, pool: first!.pool, cpus: 2, memoryMib: 1024 },
    { do: 'power', vm: second!.id, to: 'off' },
    { do: 'destroy', vm: second!.id },
  ]);
  const after = await vcsim.truth();
  const now = after.machines.find(({ id }) => id === first!.id)!;
  assert.deepEqual([now.power, now.cpus, now.memoryMib, now.reservationMib], ['off', 4, 2048, 512]);
  assert.equal(after.machines.find(({ id }) => id === made)?.memoryMib, 1024);
  assert.ok(!after.machines.some(({ id }) => id === second!.id));
  const off = (await vcsim.events()).findLast(
    ({ type, vm }) => type === 'VmPoweredOffEvent' && vm === first!.id,
  );
  assert.ok(off!.ms >= began && off!.ms <= Date.now());
});

test('an action that cannot be done is told with its reason', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { vms: 1 });
  const [vm] = (await vcsim.truth()).machines;
  await assert.rejects(vcsim.drive([{ do: 'power', vm: vm!.id, to: 'on' }]), /InvalidPowerState/);
});
