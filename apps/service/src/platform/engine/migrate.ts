import type { Engine } from './types.ts';

/** One step of the engine's tables. `version` counts up by 1; a step that was released is never changed. */
export interface EngineMigration {
  readonly version: number;
  readonly name: string;
  /** One statement each. Safe to run again: the engine has no transaction, and a crash can leave some of them done. */
  readonly statements: readonly string[];
}

/**
 * Brings the engine's tables to the newest version and gives that version. A step that changes a table's form builds the new
 * one beside it, fills it, and exchanges the names (EXCHANGE TABLES), so that readers see the one or the other.
 *
 * @throws Error when the tables are newer than this program: it would not know what their columns mean
 */
export async function migrateEngine(engine: Engine, migrations: readonly EngineMigration[]): Promise<number> {
  await engine.loads.command(
    `CREATE TABLE IF NOT EXISTS engine_migrations (version UInt32, name String, applied DateTime('UTC'))
     ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  );
  const [row] = await engine.loads.rows<{ version: number }>(
    'SELECT max(version) AS version FROM engine_migrations',
  );
  const current = row?.version ?? 0;
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new Error(
      `The engine's tables have version ${current}; this program knows ${newest}. Run the newer program, or restore a backup.`,
    );
  }
  for (const migration of migrations) {
    if (migration.version <= current) continue;
    for (const statement of migration.statements) await engine.loads.command(statement);
    await engine.loads.command(
      "INSERT INTO engine_migrations SELECT {version:UInt32}, {name:String}, now('UTC')",
      { version: migration.version, name: migration.name },
    );
  }
  return newest;
}
