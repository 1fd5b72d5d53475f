import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ChainPlace } from './chain.ts';
import { lockHolder } from './lock.ts';
import { openSpool } from './spool.ts';

const AGENT = '88531d1c-296e-4b47-8431-c0e8182148e7';

async function folder(t: TestContext): Promise<{ dir: string; out: string }> {
  const root = await mkdtemp(join(tmpdir(), 'spool-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'meter'));
  return { dir: join(root, 'meter'), out: join(root, 'out') };
}

const digestOf = (place: ChainPlace) => `digest-of-${place.epoch}-${place.number}`;
const write = async (path: string, place: ChainPlace) => {
  await writeFile(path, JSON.stringify(place));
  return { digest: digestOf(place) };
};

async function places(out: string): Promise<ChainPlace[]> {
  const names = (await readdir(out)).sort();
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(out, name), 'utf8')) as ChainPlace),
  );
}

test('numbers count up by one and each package names the one before', async (t) => {
  const { dir, out } = await folder(t);
  for (const part of ['a', 'b', 'c']) {
    const spool = await openSpool(dir, AGENT, 1, out);
    await spool.add('trace', part, write);
    await spool.close();
  }
  assert.deepEqual(await places(out), [
    { epoch: 1, number: 1, previous: null },
    { epoch: 1, number: 2, previous: 'digest-of-1-1' },
    { epoch: 1, number: 3, previous: 'digest-of-1-2' },
  ]);
});

test('a new epoch starts a new chain at 1', async (t) => {
  const { dir, out } = await folder(t);
  for (const epoch of [1, 2]) {
    const spool = await openSpool(dir, AGENT, epoch, out);
    await spool.add('trace', 'a', write);
    await spool.close();
  }
  assert.deepEqual((await places(out))[1], { epoch: 2, number: 1, previous: null });
});

test('a package that could not be written leaves its number free', async (t) => {
  const { dir, out } = await folder(t);
  const spool = await openSpool(dir, AGENT, 1, out);
  await assert.rejects(
    spool.add('trace', 'a', async (path) => {
      await writeFile(path, 'half');
      throw new Error('disk full');
    }),
    /disk full/,
  );
  assert.deepEqual(await readdir(out), []);
  await spool.add('trace', 'a', write);
  await spool.close();
  assert.deepEqual(await places(out), [{ epoch: 1, number: 1, previous: null }]);
});

test('a part that was written is known by its source, and only while its file is there', async (t) => {
  const { dir, out } = await folder(t);
  const first = await openSpool(dir, AGENT, 1, out);
  const path = await first.add('trace', 'a', write);
  await first.close();
  const spool = await openSpool(dir, AGENT, 1, out);
  t.after(() => spool.close());
  assert.equal(await spool.kept('trace', 'a'), path);
  assert.equal(await spool.kept('trace', 'b'), undefined);
  assert.equal(await spool.kept('another trace', 'a'), undefined);
  await rm(path);
  assert.equal(await spool.kept('trace', 'a'), undefined);
});

test('a second process is refused while the first adds, and the lock of a dead one is taken over', async (t) => {
  const { dir, out } = await folder(t);
  const spool = await openSpool(dir, AGENT, 1, out);
  await assert.rejects(openSpool(dir, AGENT, 1, out), { code: 'spool-busy' });
  await spool.close();
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  await writeFile(join(dir, 'chain.lock'), `${gone.pid}\n`);
  assert.equal(await lockHolder(join(dir, 'chain.lock')), undefined);
  const taken = await openSpool(dir, AGENT, 1, out);
  assert.equal(await lockHolder(join(dir, 'chain.lock')), process.pid);
  await taken.close();
  assert.equal(await lockHolder(join(dir, 'chain.lock')), undefined);
});

test('after a power loss the lock is not taken for that of whoever has its number now', async (t) => {
  const { dir, out } = await folder(t);
  const spool = await openSpool(dir, AGENT, 1, out);
  const lock = join(dir, 'chain.lock');
  const text = await readFile(lock, 'utf8');
  await spool.close();
  await writeFile(lock, text);
  await assert.rejects(openSpool(dir, AGENT, 1, out), { code: 'spool-busy' });
  await writeFile(lock, text.replace(/\d+\n$/, '1\n'));
  await (await openSpool(dir, AGENT, 1, out)).close();
  await writeFile(lock, '');
  await (await openSpool(dir, AGENT, 1, out)).close();
});

test('a kill -9 at any moment leaves no gap and no fork', async (t) => {
  const { dir, out } = await folder(t);
  const script = `
    import { writeFile } from 'node:fs/promises';
    import { openSpool } from ${JSON.stringify(new URL('./spool.ts', import.meta.url).href)};
    const spool = await openSpool(${JSON.stringify(dir)}, '${AGENT}', 1, ${JSON.stringify(out)});
    process.stdout.write('open');
    for (;;) {
      await spool.add('trace', 'a', async (path, place) => {
        await writeFile(path, JSON.stringify(place));
        return { digest: 'digest-of-' + place.epoch + '-' + place.number };
      });
      process.stdout.write('.');
    }`;
  for (let round = 0; round < 6; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    // At least two packages a round, however slow the machine; then somewhere in the next one.
    while (told.length < 'open..'.length) told += (await once(child.stdout, 'data'))[0];
    await new Promise((resolve) => setTimeout(resolve, round * 3));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const spool = await openSpool(dir, AGENT, 1, out);
  await spool.add('trace', 'a', write);
  await spool.close();
  const chain = await places(out);
  assert.ok(chain.length > 6);
  chain.forEach((place, index) => {
    assert.deepEqual(place, {
      epoch: 1,
      number: index + 1,
      previous: index === 0 ? null : `digest-of-1-${index}`,
    });
  });
});

test('a crash between the state and the rename is finished at the next start', async (t) => {
  const { dir, out } = await folder(t);
  const spool = await openSpool(dir, AGENT, 1, out);
  const path = await spool.add('trace', 'a', write);
  await spool.close();
  // As it lay at that moment: the state names the move, the file still has its partial name.
  await writeFile(`${path}.partial`, await readFile(path));
  await rm(path);
  const next = await openSpool(dir, AGENT, 1, out);
  assert.equal(await next.kept('trace', 'a'), path);
  await next.close();
  assert.deepEqual(await places(out), [{ epoch: 1, number: 1, previous: null }]);
});
