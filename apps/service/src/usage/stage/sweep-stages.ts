import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../platform/database/index.ts';
import type { Engine } from '../../platform/engine/index.ts';
import { dropTables } from './stage.ts';

/**
 * Removes what uploads left behind that were being taken when the service died: files, and stages of uploads that nobody
 * recorded. To be called at start, before the first upload: a stage that is being filled would look the same.
 */
export async function sweepStages(engine: Engine, database: Database, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) await rm(join(folder, name), { force: true, recursive: true });
  const stages = await engine.loads.rows<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^stage_[0-9]+_[a-z_]+$')",
  );
  const waiting = await database.query<{ tag: string }>(
    "select row_tag as tag from uploads where state = 'accepted'",
  );
  const kept = new Set(waiting.map(({ tag }) => tag));
  const left = stages.map(({ name }) => name).filter((name) => !kept.has(name.split('_')[1] ?? ''));
  await dropTables(engine, left);
}
