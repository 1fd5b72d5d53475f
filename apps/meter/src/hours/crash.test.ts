/** The process is killed at each step of taking and closing; what it leaves and goes on with is what an undisturbed one writes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HERE } from './testing.ts';
import { closedHours } from './waiting-hours.ts';

const POINTS = [
  'block-begun',
  'block-written',
  'reading-synced',
  'hour-vm',
  'hour-host',
  'hour-prepared',
  'hour-decided',
  'hour-renamed',
  'hour-published',
  'state-written',
  'state-renamed',
  'hour-done',
];

/** In another order, and later in life: two hours closed in one go are killed between the two. */
const OTHERWISE = [
  'block-written:5',
  'block-begun:9',
  'hour-renamed:2',
  'hour-decided:2',
  'hour-prepared:2',
  'hour-published',
  'state-renamed',
];

interface Life {
  /** Undefined when it came to its end. */
  readonly killedBy: string | undefined;
}

async function live(root: string, crashAt: string): Promise<Life> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('testing-killed-ledger.ts', import.meta.url)), root, join(root, 'lab')],
    { env: { ...process.env, METERHOUSE_CRASH_AT: crashAt }, stdio: ['ignore', 'ignore', 'pipe'], cwd: HERE },
  );
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.ok(code === 0 || signal === 'SIGKILL', said);
  return { killedBy: signal ?? undefined };
}

/** Takes the waiting hours away, as packing does, by their names. @throws when one comes a second time */
async function pack(root: string, packed: Map<string, Buffer>): Promise<void> {
  const hours = closedHours(root);
  const waiting = await hours.waiting();
  for (const { folder } of waiting) {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    for (const file of await readdir(folder)) {
      const key = `${name}/${file}`;
      assert.ok(!packed.has(key), `${key} came twice`);
      packed.set(key, await readFile(join(folder, file)));
    }
  }
  await hours.remove(waiting);
}

async function lifeOf(crashes: readonly string[]): Promise<{ packed: Map<string, Buffer>; kills: number }> {
  const root = await mkdtemp(join(tmpdir(), 'hours-killed-'));
  const packed = new Map<string, Buffer>();
  let kills = 0;
  try {
    for (const crash of [...crashes, '']) {
      const { killedBy } = await live(root, crash);
      if (killedBy !== undefined) kills += 1;
      await pack(root, packed);
      if (killedBy === undefined) break;
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return { packed, kills };
}

test('a meter that is killed at every step tells the hours of one that is not: none lost, none twice, the same bytes', async (t) => {
  const [undisturbed, ...killed] = await Promise.all([lifeOf([]), lifeOf(POINTS), lifeOf(OTHERWISE)]);
  const names = [...undisturbed.packed.keys()].filter((name) => name.endsWith('hour.json')).sort();
  assert.deepEqual(
    names.map((name) => name.slice(11, 15)),
    ['10_1', '11_1', '12_1', '12_2', '13_1', '13_2', '14_1'],
    'an outage is proven, so two hours are told twice, the better one last',
  );
  for (const name of names)
    assert.equal(
      JSON.parse(undisturbed.packed.get(name)!.toString()).listed.status,
      { '10_1': 'partial', '12_1': 'partial', '13_1': 'unreachable' }[name.slice(11, 15)] ?? 'collected',
    );
  for (const [index, { packed, kills }] of killed.entries()) {
    const order = [POINTS, OTHERWISE][index]!;
    t.diagnostic(`${kills} kills`);
    assert.ok(kills >= order.length - 1, `only ${kills} kills`);
    assert.deepEqual([...packed.keys()].sort(), [...undisturbed.packed.keys()].sort());
    for (const [name, bytes] of packed)
      assert.ok(bytes.equals(undisturbed.packed.get(name)!), `${name} has other bytes`);
  }
});
