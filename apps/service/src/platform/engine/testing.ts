import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openEngine } from './engine.ts';
import type { Engine } from './types.ts';

let opened: Promise<{ engine: Engine; folder: string }> | undefined;

// Registered while the file is read: inside a test it would run at the end of that test.
after(async () => {
  if (!opened) return;
  const { engine, folder } = await opened;
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * A throw-away engine for the tests of one file; the same one at every call, since a process has one data directory. Closed
 * and removed after the file's last test. Tests keep apart by the meter's number.
 */
export async function withTestEngine(): Promise<Engine> {
  opened ??= open();
  return (await opened).engine;
}

async function open(): Promise<{ engine: Engine; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-engine-'));
  return { engine: await openEngine({ path: join(folder, 'engine') }), folder };
}
