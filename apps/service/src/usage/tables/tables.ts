import { readdir, readFile } from 'node:fs/promises';
import { type Engine, type EngineMigration, migrateEngine } from '../../platform/engine/index.ts';
import { writeRecordFormats } from '../stage/record-format.ts';

/**
 * Brings the usage tables to the newest version and gives it, and tells the engine how records are read into them. Called
 * once at start, before anything is loaded or read.
 */
export async function createUsageTables(engine: Engine): Promise<number> {
  await writeRecordFormats(engine);
  return migrateEngine(engine, await usageMigrations());
}

/** The steps of the usage tables: `000001-usage-vm.sql` is version 1; one statement a file. */
export async function usageMigrations(): Promise<readonly EngineMigration[]> {
  const names = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (file) => ({
      version: Number.parseInt(file, 10),
      name: file.slice(7, -4),
      statements: [await readFile(`${import.meta.dirname}/${file}`, 'utf8')],
    })),
  );
}
