import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { packHours, storedPackages } from '../spool/index.ts';
import { closeHour, meterOnDisk } from '../spool/testing.ts';
import { REAL_TIME } from '../time/index.ts';
import { faultyService } from './testing.ts';

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Sends what waits in a process that kills itself with SIGKILL before its n-th touch of a package's mark. */
async function sendAndDie(dir: string, service: string, touch: number): Promise<'killed' | 'finished'> {
  const script = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let touches = 0;
    for (const name of ['utimes', 'rename']) {
      const real = fs[name];
      fs[name] = (path, ...words) => {
        if (String(path).includes('usage_') && (touches += 1) === ${touch}) process.kill(process.pid, 'SIGKILL');
        return real(path, ...words);
      };
    }
    syncBuiltinESMExports();
    const { createUploader } = await import(${url('./index.ts')});
    const { hoursOf } = await import(${url('../spool/testing.ts')});
    const { REAL_TIME } = await import(${url('../time/index.ts')});
    const end = new AbortController();
    const uploader = createUploader({
      dir: ${JSON.stringify(dir)},
      hours: hoursOf(${JSON.stringify(dir)}),
      journal: { note: ({ code }) => { if (code === 'upload-done') end.abort(); } },
      time: REAL_TIME,
      settings: () => ({
        service: ${JSON.stringify(service)},
        serviceCaFile: undefined,
        spool: { limitBytes: 1e9, warnAt: 0.8, keepDays: 60 },
        upload: { interval: 3600, jitter: 0 },
      }),
    });
    await uploader.run(end.signal);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === 'SIGKILL') return 'killed';
  assert.equal(code, 0);
  return 'finished';
}

test('a kill -9 before a package is marked sends it again, and the service takes it once', async (t) => {
  const service = await faultyService(t);
  const disk = await meterOnDisk(t);
  // Of two months, so that they are two packages.
  for (const hour of ['2023-01-31T23:00:00Z', '2023-02-01T00:00:00Z']) await closeHour(disk.dir, hour);
  await packHours({ ...disk, folder: disk.places.packages, time: REAL_TIME });
  const ends = [];
  // Before the time of the first one's mark is set, before it is renamed, before the second one is.
  for (const touch of [1, 2, 2, 4]) ends.push(await sendAndDie(disk.dir, service.url, touch));
  ends.push(await sendAndDie(disk.dir, service.url, 0));
  assert.deepEqual(ends.slice(0, 3), ['killed', 'killed', 'killed']);
  assert.equal(ends.at(-1), 'finished');
  assert.deepEqual(service.taken, ['1-1', '1-2']);
  assert.ok(service.came.length >= 5, service.came.join(' '));
  assert.deepEqual(await storedPackages(disk.places.packages), []);
  assert.deepEqual(
    (await storedPackages(disk.places.sent)).map(({ number }) => number),
    [1, 2],
  );
});
