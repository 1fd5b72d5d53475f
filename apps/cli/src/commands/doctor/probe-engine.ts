/** Opens an engine, asks it one thing, and says its version: run in a process of its own, since a processor may end it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@meterhouse/service/engine';

const folder = await mkdtemp(join(tmpdir(), 'meterhouse-doctor-'));
try {
  const engine = await openEngine({ path: join(folder, 'engine') });
  await engine.reads.rows('SELECT 1');
  process.stdout.write(engine.version);
  await engine.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
