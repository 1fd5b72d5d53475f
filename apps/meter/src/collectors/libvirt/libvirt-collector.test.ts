/** The collector against a libvirtd with libvirt's own test driver: everything but the hypervisor is real. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { follow } from '../../../test/peers/followed-libvirt.ts';
import { type DomainSpec, libvirtIsLacking, startLibvirt } from '../../../test/peers/libvirt.ts';
import { REAL_TIME } from '../../time/index.ts';
import { createLibvirtCollector } from './index.ts';

const skip = libvirtIsLacking() ?? false;
/** Longer than any machine takes: what is waited for here comes, or the test has found a fault. */
const limit = { skip, timeout: 120_000 };

const now = () => Math.floor(Date.now() / 1000);

/** Virsh processes that watch this address. */
async function watchers(address: string): Promise<number[]> {
  const found = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes('--readonly') && words.includes(address)) found.push(Number(pid));
  }
  return found;
}

test('tells 1,000 domains as they were defined, and their host', limit, async (t) => {
  const peer = await startLibvirt(t);
  const specs: DomainSpec[] = Array.from({ length: 1000 }, (_, index) => ({
    name: `machine ${index}`,
    vcpus: 1 + (index % 4),
    maxVcpus: 8,
    memoryMib: 512 + index,
  }));
  const uuids = await peer.define(...specs);
  const running = specs.flatMap((_, index) => (index % 3 === 0 ? [uuids[index]!] : []));
  const paused = running.filter((_, index) => index % 5 === 0);
  await peer.drive(...running.map((uuid) => `start ${uuid}`), ...paused.map((uuid) => `suspend ${uuid}`));
  const began = now();
  const watch = follow(t, peer.uri);
  const { machines, hosts, places, clusters } = await watch.inventory();
  const power = (uuid: string) => (running.includes(uuid) ? 'on' : 'off');
  const [host] = hosts;
  const expected = specs.map(({ name, vcpus, memoryMib }, index) => ({
    id: uuids[index]!,
    uuid: uuids[index]!,
    name,
    power: power(uuids[index]!),
    vcpus,
    memoryMib,
    reservationMib: 0,
    storageMib: 0,
    services: [],
    host: host!.id,
    pool: undefined,
    folder: undefined,
  }));
  const byUuid = (one: { uuid: string }, other: { uuid: string }) => (one.uuid < other.uuid ? -1 : 1);
  assert.deepEqual([...machines].sort(byUuid), expected.sort(byUuid));
  assert.ok(watch.seen() >= began && watch.seen() <= now());
  // What the test driver says of its host: two cells of two sockets of two cores, 3 GiB.
  const { id, name, ...rest } = host!;
  assert.deepEqual(rest, {
    cluster: undefined,
    place: id,
    sockets: 4,
    coresPerSocket: 2,
    memoryMib: 3072,
    model: 'i686',
    license: { key: '', category: 'none', edition: '', sku: '' },
  });
  assert.deepEqual(places, [{ id, type: 'HostSystem', name, parent: undefined }]);
  assert.deepEqual(clusters, []);
  assert.deepEqual(watch.product(), { id, type: 'libvirt', version: 'TEST 0.0.2' });
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  assert.match(watch.collector.health().lacking.join(), /^this connection does not tell what disks take/);
});

test('tells each event of a life to the second, long before the next poll', limit, async (t) => {
  const peer = await startLibvirt(t);
  const [uuid] = (await peer.define({ name: 'a', vcpus: 2 })) as [string];
  const watch = follow(t, peer.uri);
  await watch.inventory();
  const steps = [
    ['start a', 'on'],
    // A paused domain keeps its memory and its place: it is on all the while.
    ['suspend a', undefined],
    ['resume a', undefined],
    ['reboot a', undefined],
    ['shutdown a', 'off'],
    ['start a', 'on'],
    ['destroy a', 'off'],
  ] as const;
  for (const [command, power] of steps) {
    const from = now();
    const told = watch.changes.length;
    await peer.drive(command);
    if (power === undefined) continue;
    await watch.until(() => watch.machines.get(uuid)?.power === power);
    const [change] = watch.changes.slice(told);
    assert.equal(change?.kind, 'machine', command);
    assert.ok(change!.at >= from && change!.at <= now(), command);
    // The next step has a second of its own.
    await wait(1020 - (Date.now() % 1000));
  }
  const powers = watch.changes.map((change) =>
    change.kind === 'machine' ? change.state.power : change.kind,
  );
  assert.deepEqual(powers, ['on', 'off', 'on', 'off']);
  const seconds = watch.changes.map((change) => change.at);
  assert.equal(new Set(seconds).size, seconds.length, 'a second of its own for each');
  assert.deepEqual(watch.journal, []);
});

test('tells domains that are defined, created, renamed and undefined', limit, async (t) => {
  const peer = await startLibvirt(t);
  const watch = follow(t, peer.uri);
  assert.deepEqual((await watch.inventory()).machines, []);
  const [uuid] = (await peer.define({ name: 'a', vcpus: 3, memoryMib: 700 })) as [string];
  await watch.until(() => watch.machines.get(uuid)?.power === 'off');
  assert.equal(watch.machines.get(uuid)?.memoryMib, 700);
  await peer.drive(`domrename ${uuid} b`);
  await watch.until(() => watch.machines.get(uuid)?.name === 'b');
  const transient = await peer.create({ name: 'fleeting', vcpus: 2 });
  await watch.until(() => watch.machines.get(transient)?.power === 'on');
  // Undefined while it runs it goes on; it is gone when it stops.
  await peer.drive('start b', 'undefine b');
  await watch.until(() => watch.machines.get(uuid)?.power === 'on');
  await peer.drive('destroy fleeting', 'destroy b');
  await watch.until(() => watch.machines.size === 0);
  // The same name again is another domain.
  const [other] = (await peer.define({ name: 'b' })) as [string];
  await watch.until(() => watch.machines.has(other));
  assert.deepEqual([...watch.machines.keys()], [other]);
  assert.deepEqual(watch.journal, []);
});

test('tells changed processors and memory by the next poll', limit, async (t) => {
  const peer = await startLibvirt(t);
  const [running, off] = (await peer.define({ name: 'a', maxVcpus: 4 }, { name: 'b', maxVcpus: 4 })) as [
    string,
    string,
  ];
  await peer.drive('start a');
  const watch = follow(t, peer.uri, { poll: 1 });
  await watch.inventory();
  await peer.drive('setvcpus a 3 --live', 'setvcpus b 2 --config', 'setmaxmem b 2097152 --config');
  await watch.until(
    () => watch.machines.get(running)?.vcpus === 3 && watch.machines.get(off)?.memoryMib === 2048,
  );
  assert.equal(watch.machines.get(off)?.vcpus, 2);
  assert.equal(watch.machines.get(running)?.power, 'on');
});

test('moves on with every poll, also when nothing happens', limit, async (t) => {
  const peer = await startLibvirt(t);
  const watch = follow(t, peer.uri, { poll: 1 });
  await watch.inventory();
  const first = watch.seen();
  await watch.until(() => watch.seen() >= first + 3);
  assert.deepEqual(watch.changes, []);
  assert.equal((await watchers(peer.uri)).length, 2, 'two processes, however many looks');
});

test('1,000 starts and stops in a storm are all told, in order', limit, async (t) => {
  const peer = await startLibvirt(t);
  const uuids = await peer.define(...Array.from({ length: 50 }, (_, index) => ({ name: `m${index}` })));
  const watch = follow(t, peer.uri);
  await watch.inventory();
  for (let round = 0; round < 10; round++) {
    await peer.drive(...uuids.map((uuid) => `start ${uuid}`));
    await peer.drive(...uuids.map((uuid) => `destroy ${uuid}`));
  }
  await watch.until(() => watch.changes.length >= 1000);
  for (const uuid of uuids) {
    const powers = watch.changes.flatMap((change) =>
      change.kind === 'machine' && change.state.uuid === uuid ? [change.state.power] : [],
    );
    assert.deepEqual(
      powers,
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'on' : 'off')),
    );
  }
  assert.deepEqual(watch.journal, []);
});

test('takes every name that libvirt takes', limit, async (t) => {
  const names = [
    '-x',
    '--all',
    'with space',
    "it's",
    'say "hi"',
    "a': Started Booted",
    ' lead',
    'trail ',
    'ünï 😀',
    'a;b',
    '$(x)',
    '5',
    ' ',
    'virsh > x',
  ];
  const peer = await startLibvirt(t);
  const uuids = await peer.define(
    ...[...names, 'tab\there', 'return\rhere', 'x'.repeat(600)].map((name) => ({ name })),
  );
  const watch = follow(t, peer.uri);
  await watch.inventory();
  const told = () => uuids.map((uuid) => watch.machines.get(uuid)?.name);
  assert.deepEqual(told(), [...names, 'tab\ufffdhere', 'return\ufffdhere', 'x'.repeat(512)]);
  await peer.drive(...uuids.map((uuid) => `start ${uuid}`));
  await watch.until(() => uuids.every((uuid) => watch.machines.get(uuid)?.power === 'on'));
  assert.deepEqual(told(), [...names, 'tab\ufffdhere', 'return\ufffdhere', 'x'.repeat(512)]);
  assert.deepEqual(watch.journal, [], 'each start was told by its event');
});

test('a daemon that dies ends the watch at once; the next watch tells all anew', limit, async (t) => {
  const peer = await startLibvirt(t);
  const [uuid] = (await peer.define({ name: 'a' })) as [string];
  const watch = follow(t, peer.uri);
  await watch.inventory();
  await peer.crash();
  const failure = await watch.failure();
  assert.equal(failure?.code, 'connection-lost');
  assert.equal(failure?.needsPerson, false);
  assert.deepEqual(await watchers(peer.uri), []);
  const refused = await follow(t, peer.uri).failure();
  assert.equal(refused?.code, 'connection-refused');
  assert.deepEqual(await watchers(peer.uri), []);
  await peer.start();
  await peer.define({ name: 'a', uuid });
  await peer.drive('start a');
  const again = follow(t, peer.uri);
  await again.inventory();
  assert.deepEqual(
    [...again.machines.values()].map((machine) => [machine.uuid, machine.power]),
    [[uuid, 'on']],
  );
});

test('a daemon that stands still is given up, before and after the inventory', limit, async (t) => {
  const peer = await startLibvirt(t);
  const watch = follow(t, peer.uri, { poll: 1, patience: 4000 });
  await watch.inventory();
  peer.freeze();
  t.after(() => peer.thaw());
  assert.equal((await watch.failure())?.code, 'timed-out');
  assert.equal((await follow(t, peer.uri, { patience: 4000 }).failure())?.code, 'timed-out');
  assert.deepEqual(await watchers(peer.uri), []);
});

test('leaves no process behind when it is stopped, or the meter is killed', limit, async (t) => {
  const peer = await startLibvirt(t);
  const watch = follow(t, peer.uri);
  await watch.inventory();
  await watch.stop();
  assert.equal(await watch.failure(), undefined);
  assert.deepEqual(await watchers(peer.uri), []);

  const meter = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    KILLED_METER,
    peer.uri,
    import.meta.dirname,
  ]);
  t.after(() => meter.kill('SIGKILL'));
  await saysInventory(meter);
  assert.equal((await watchers(peer.uri)).length, 2);
  meter.kill('SIGKILL');
  await once(meter, 'exit');
  // At once the one that reads its input, at its next keep-alive the other.
  while ((await watchers(peer.uri)).length > 0) await wait(100);
});

const KILLED_METER = `
  const [address, folder] = process.argv.slice(1);
  const { createLibvirtCollector } = await import(folder + '/libvirt-collector.ts');
  const time = { now: Date.now, sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  const collector = createLibvirtCollector({ product: { name: 'k', address, poll: 60 }, time, journal: { note() {} } });
  for await (const reading of collector.watch({ signal: new AbortController().signal })) console.log(reading.kind);
`;

async function saysInventory(meter: ChildProcess): Promise<void> {
  for await (const chunk of meter.stdout!) if (String(chunk).includes('inventory')) return;
  throw new Error('the killed meter never had an inventory');
}

test(
  'a virsh that talks garbage, floods, ends or is not there is a failure with its code',
  limit,
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'virsh-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const answering = (answer: string) => `#!/bin/sh
case "$*" in *' event '*) echo "2026-01-01 00:00:00.000+0000: 1: debug : virConnectDomainEventRegisterAny:1 : dom=(nil), eventID=1" >&2; exec sleep 300;; esac
while read -r line; do
  case "$line" in
    'echo --err '*) eval "echo $\{line#echo --err }" >&2 ;;
    'echo '*) eval "$line" ;;
    *) ${answer} ;;
  esac
done
`;
    const programs: readonly (readonly [string, string, string, RegExp])[] = [
      ['garbage', answering('printf "\\377\\000\\033[31mgarbage\\n"'), 'answer-not-understood', /nodeinfo/],
      ['errors', answering('echo "error: access denied" >&2'), 'rights-missing', /access denied/],
      [
        'quits',
        '#!/bin/sh\necho "error: End of file while reading data: Input/output error" >&2\nexit 1\n',
        'connection-lost',
        /End of file/,
      ],
      [
        'asks',
        '#!/bin/sh\necho "error: authentication failed: hm" >&2\nexit 1\n',
        'login-refused',
        /authentication failed/,
      ],
      ['silent', '#!/bin/sh\nexec sleep 300\n', 'timed-out', /no answer in 1 s/],
    ];
    for (const [name, script, code, message] of programs) {
      const program = join(folder, name);
      await writeFile(program, script, { mode: 0o755 });
      const failure = await follow(t, 'qemu:///system', {
        program,
        patience: name === 'silent' ? 1000 : 60_000,
      }).failure();
      assert.equal(failure?.code, code, `${name}: ${failure?.message}`);
      assert.match(failure!.message, message);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(failure!.message, /[\u0000-\u001f]/);
    }
    const absent = await follow(t, 'qemu:///system', { program: join(folder, 'absent') }).failure();
    assert.equal(absent?.needsPerson, true);
    assert.match(absent!.message, /there is none: install it/);
  },
);

test('gives virsh the environment that it needs and nothing of the meter', limit, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'virsh-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'virsh');
  await writeFile(
    program,
    `#!/bin/sh\nenv >>'${folder}/environment'\nprintf '%s\\n' "$@" >>'${folder}/arguments'\nexit 1\n`,
    { mode: 0o755 },
  );
  process.env.METER_SECRET = 'hunter2';
  process.env.LIBVIRT_DEFAULT_URI = 'qemu+ext:///system?command=/bin/false';
  t.after(() => {
    delete process.env.METER_SECRET;
    delete process.env.LIBVIRT_DEFAULT_URI;
  });
  await follow(t, 'qemu+ssh://meter@h.invalid/system', { program }).failure();
  const environment = await readFile(join(folder, 'environment'), 'utf8');
  assert.doesNotMatch(environment, /METER_SECRET|LIBVIRT_DEFAULT_URI/);
  assert.match(environment, /^LC_ALL=C$/m);
  assert.match(
    await readFile(join(folder, 'arguments'), 'utf8'),
    /^--connect\nqemu\+ssh:\/\/meter@h\.invalid\/system\?no_tty=1$/m,
  );
});

test('refuses an address before anything is started', limit, async (t) => {
  for (const address of [
    '-c',
    '--help',
    'qemu+ext:///system?command=/tmp/x',
    'qemu+ssh://-oProxyCommand=x/system',
  ]) {
    const failure = await follow(t, address, { program: '/nonexistent/virsh' }).failure();
    assert.equal(failure?.needsPerson, true);
    assert.match(failure!.message, /^the address of kvm1 /);
  }
});

test('a test driver inside of virsh needs no daemon and has no events, which is told', limit, async (t) => {
  const watch = follow(t, 'test:///default');
  const { machines } = await watch.inventory();
  assert.deepEqual(
    machines.map(({ name, power, vcpus, memoryMib }) => [name, power, vcpus, memoryMib]),
    [['test', 'on', 2, 8192]],
  );
  assert.match(watch.collector.health().lacking.join(), /no events/);
});

test(
  'an hour that this machine stood still, or that its clock was set by, is not told as seen',
  limit,
  async () => {
    let ahead = 0;
    const collector = createLibvirtCollector({
      product: {
        name: 'one',
        type: 'libvirt',
        address: 'test:///default',
        port: 0,
        user: '',
        fingerprint: undefined,
        caFile: undefined,
        poll: 1,
        paused: false,
      },
      time: { ...REAL_TIME, now: () => Date.now() + ahead },
      journal: { note: () => undefined },
    });
    const seen: number[] = [];
    await assert.rejects(
      async () => {
        for await (const reading of collector.watch({ signal: new AbortController().signal })) {
          seen.push(reading.seen);
          if (seen.length === 3) ahead = 3_600_000;
        }
      },
      { code: 'connection-lost', message: /nobody looked for 36\d\d s/ },
    );
    assert.ok(seen.at(-1)! - seen[0]! < 600);
  },
);
