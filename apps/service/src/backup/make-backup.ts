import { chmod, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import type { Archive } from '../platform/archive/index.ts';
import { syncDirectory } from '../platform/archive/index.ts';
import { crashPoint } from '../platform/crash/crash-point.ts';
import { type Database, withSnapshot } from '../platform/database/index.ts';
import type { CompleteBackup } from './backup-states.ts';
import { dumpRecords } from './dump-records.ts';
import { keepArchive } from './keep-archive.ts';
import {
  BACKUP_FORMAT,
  MANIFEST,
  type Manifest,
  type ManifestContent,
  manifestDigest,
  readManifest,
} from './manifest.ts';

export interface MakeTools {
  readonly database: Database;
  readonly archive: Archive;
  readonly clock: () => Date;
  /** Where backups are kept, a folder each. */
  readonly directory: string;
  /** Bytes that stay free on the disk of the backups. */
  readonly diskReserve: number;
  /** Of this program. */
  readonly version: string;
}

/** Begins like no backup: tools that list a directory pass it by. */
const partialName = /^\..*\.partial$/;

/**
 * Makes one backup: records as they are at one moment, then the files of the archive that these records name, then the
 * manifest; the folder gets its name when all of it is on the disk. Uploads, reports and everything else go on meanwhile.
 *
 * @returns what was made; when an earlier run died after naming the folder, what that one made
 * @throws when it cannot be made; then nothing of it is left
 */
export async function makeBackup(tools: MakeTools, id: string): Promise<CompleteBackup> {
  const { directory } = tools;
  await makeFolder(directory, 0o700);
  const before = await whatIsThere(directory, id);
  if (before !== undefined) return before;
  const madeAt = tools.clock();
  const folder = `${madeAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${id.slice(0, 8)}`;
  const partial = join(directory, `.${folder}.partial`);
  await mkdir(partial, { mode: 0o700 });
  try {
    const manifest = await write(tools, id, madeAt, partial);
    await syncTree(partial);
    crashPoint('backup.before-name');
    await rename(partial, join(directory, folder));
    await syncDirectory(directory);
    crashPoint('backup.named');
    return summary(folder, manifest);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function write(tools: MakeTools, id: string, madeAt: Date, partial: string): Promise<Manifest> {
  const { database, archive, version } = tools;
  const enoughRoom = () => assertRoom(tools);
  return withSnapshot(database.connectionString, async (snapshot) => {
    const records = await dumpRecords(snapshot, partial, enoughRoom);
    crashPoint('backup.after-records');
    const kept = await keepArchive(snapshot, database, archive, partial, enoughRoom);
    crashPoint('backup.after-archive');
    const content: ManifestContent = {
      format: BACKUP_FORMAT,
      id,
      madeAt: madeAt.toISOString(),
      version,
      ...records,
      archive: kept,
    };
    const manifest = { ...content, digest: manifestDigest(content) };
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    return manifest;
  });
}

/** A disk that is full would stop PostgreSQL, and with it the service. */
async function assertRoom({ directory, diskReserve }: MakeTools): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < diskReserve)
    throw new Error(
      `There is not enough room for it: less than --disk-reserve (${diskReserve} bytes) is free where backups are kept.`,
    );
}

/** Removes what killed runs left, and finds the whole backup of a run that died before it was recorded. */
async function whatIsThere(directory: string, id: string): Promise<CompleteBackup | undefined> {
  await chmod(directory, 0o700);
  for (const name of await readdir(directory)) {
    if (partialName.test(name)) await rm(join(directory, name), { recursive: true, force: true });
    else if (name.endsWith(`-${id.slice(0, 8)}`)) {
      const manifest = await readManifest(join(directory, name)).catch(() => undefined);
      if (manifest?.id === id) return summary(name, manifest);
    }
  }
  return undefined;
}

function summary(folder: string, { tables, jobs, archive }: Manifest): CompleteBackup {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    folder,
    rows: sum(tables.map(({ rows }) => rows)),
    archiveFiles: archive.files,
    bytes: sum([...tables.map(({ bytes }) => bytes), jobs.bytes, archive.bytes, archive.totalBytes]),
  };
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }))
    if (entry.isDirectory()) await syncTree(join(directory, entry.name));
  await syncDirectory(directory);
}
