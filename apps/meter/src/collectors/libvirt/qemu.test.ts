/** The collector against a real QEMU: what libvirt's test driver does not have. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { follow } from '../../../test/peers/followed-libvirt.ts';
import { qemuIsLacking, startQemu } from '../../../test/peers/libvirt-qemu.ts';

const MIB = 1024 * 1024;

test('meters a domain of a real QEMU through its life', {
  skip: qemuIsLacking() ?? false,
  timeout: 120_000,
}, async (t) => {
  const peer = await startQemu(t);
  await writeFile(join(peer.folder, 'disk.raw'), Buffer.alloc(5 * MIB, 1));
  await writeFile(join(peer.folder, 'cd.iso'), Buffer.alloc(3 * MIB, 1));
  const uuid = await peer.define('tiny', [
    { file: 'disk.raw', device: 'disk' },
    { file: 'cd.iso', device: 'cdrom' },
  ]);
  const watch = follow(t, peer.uri, { poll: 2 });
  const [machine] = (await watch.inventory()).machines;
  const { power, vcpus, memoryMib, storageMib } = machine!;
  assert.deepEqual(
    { power, vcpus, memoryMib, storageMib },
    { power: 'off', vcpus: 1, memoryMib: 64, storageMib: 5 },
  );
  assert.deepEqual(watch.collector.health().lacking, []);
  assert.match(watch.product().version, /^QEMU \d/);
  // Its own UUID, as the host tells it.
  assert.match(await peer.drive('capabilities'), new RegExp(`<uuid>${watch.product().id}</uuid>`));

  const become = (what: string) =>
    watch.until(() => {
      const now = watch.machines.get(uuid);
      return `${now?.power} ${now?.vcpus}` === what;
    });
  await peer.drive('start', 'tiny');
  await become('on 1');
  // Paused it keeps its memory and its place: it is on all the while, also for who looks only then.
  const told = watch.changes.length;
  await peer.drive('suspend', 'tiny');
  assert.match(await peer.drive('domstate', 'tiny'), /^paused/);
  const paused = await follow(t, peer.uri).inventory();
  assert.equal(paused.machines[0]?.power, 'on');
  await peer.drive('resume', 'tiny');
  await peer.drive('setvcpus', 'tiny', '2', '--live');
  await become('on 2');
  assert.equal(watch.changes.length, told + 1, 'the pause made no change');
  const running = await follow(t, peer.uri).inventory();
  assert.equal(running.machines[0]?.storageMib, 5);
  await peer.drive('managedsave', 'tiny');
  await become('off 1');
  await peer.drive('start', 'tiny');
  await become('on 2');
  await peer.drive('destroy', 'tiny');
  await become('off 1');
  await peer.drive('undefine', 'tiny');
  await watch.until(() => watch.machines.size === 0);
  assert.deepEqual(watch.journal, [], 'each change of power was told by its event');
});
