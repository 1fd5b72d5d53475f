import type { PartKind } from '@meterhouse/contract';
import { crashPoint } from '../../platform/crash/crash-point.ts';
import type { Engine } from '../../platform/engine/index.ts';
import { KIND_NAMES, KINDS, NO_RECORDS, type RecordCounts } from '../kinds.ts';
import { stageTable } from '../stage/stage.ts';
import { engineMonth } from './rows-of-upload.ts';

/**
 * Moves one kind of a stage into the usage table: all of it by its partition, which the engine does whole or not at all.
 * Where only some slices count, they are copied to a table beside first, since copying into the usage table itself could
 * stop half way.
 */
export async function moveIn(
  engine: Engine,
  kind: PartKind,
  on: { tag: string; month: string; slices: readonly string[] | 'all' },
): Promise<void> {
  const { table } = KINDS[kind];
  const stage = stageTable(on.tag, kind);
  const partition = engineMonth(on.month);
  let source = stage;
  if (on.slices !== 'all') {
    source = `${stage}_part`;
    await engine.loads.command(`DROP TABLE IF EXISTS ${source} SYNC`);
    await engine.loads.command(`CREATE TABLE ${source} AS ${table}`);
    await engine.loads.command(
      `INSERT INTO ${source} SELECT * FROM ${stage}
       WHERE has({slices:Array(String)}, concat(toString(product), ' ', toString(toUnixTimestamp(hour))))`,
      { slices: on.slices },
    );
  }
  crashPoint(`usage.before-move-${kind}`);
  await engine.loads.command(`ALTER TABLE ${source} MOVE PARTITION ID '${partition}' TO TABLE ${table}`);
  crashPoint(`usage.after-move-${kind}`);
  if (source !== stage) await engine.loads.command(`DROP TABLE IF EXISTS ${source} SYNC`);
}

/** Records in each kind of a stage; undefined when the stage is not there. */
export async function stagedRecords(engine: Engine, tag: string): Promise<RecordCounts | undefined> {
  const names = KIND_NAMES.map((kind) => stageTable(tag, kind));
  const tables = await engine.loads.rows<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase() AND has({names:Array(String)}, name)',
    { names },
  );
  if (tables.length === 0) return undefined;
  const counts: Record<PartKind, number> = { ...NO_RECORDS };
  for (const kind of KIND_NAMES) {
    const name = stageTable(tag, kind);
    if (!tables.some((table) => table.name === name)) continue;
    const [row] = await engine.loads.rows<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${name}`);
    counts[kind] = row?.n ?? 0;
  }
  return counts;
}
