import { constants } from 'node:fs';
import { copyFile, link, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Archive, measureFile } from '../platform/archive/index.ts';
import type { Queryable, Snapshot } from '../platform/database/index.ts';
import { renditionKeys } from '../reports/index.ts';
import { receiptKey } from '../usage/index.ts';
import { lineOf } from './lines.ts';
import { ARCHIVE_LIST, type ArchivedFile, archiveFile, type ManifestContent } from './manifest.ts';
import { archiveReferences, recordsTables } from './tables.ts';
import { writePacked } from './write-packed.ts';

/**
 * Brings every file of the archive that the snapshot's records name into `folder`, and writes their list. A file is linked
 * where both are on one file system, which takes no room, else copied: the archive writes a key once and never changes it, so a
 * link stays what it was. Each is read whole for its digest, which also shows that it can be read.
 *
 * @param live the database of now: a report that the snapshot still has may have been removed by policy meanwhile
 * @throws when a file is missing that should be there
 */
export async function keepArchive(
  snapshot: Snapshot,
  live: Queryable,
  archive: Archive,
  folder: string,
  beforeEach: () => Promise<void>,
): Promise<ManifestContent['archive']> {
  const references = archiveReferences(await recordsTables(snapshot));
  const keys = await snapshot.query<{ key: string }>(
    `select distinct key from (${references.join(' union all ')}) named order by key`,
  );
  const still = await stillNamed(live, references);
  let files = 0;
  let totalBytes = 0;
  const missing: string[] = [];
  async function* lines() {
    for (const { key } of keys) {
      for (const file of [key, ...companions(key)]) {
        await beforeEach();
        const kept = await keepFile(archive, file, folder);
        if (kept === undefined) {
          if (file === key && still.has(key)) missing.push(key);
          continue;
        }
        files += 1;
        totalBytes += kept.bytes;
        yield lineOf(kept);
      }
    }
  }
  const list = await writePacked(join(folder, ARCHIVE_LIST), lines());
  if (missing.length > 0) {
    const told = missing.slice(0, 10).join(', ');
    throw new Error(
      `The archive lacks ${missing.length === 1 ? 'a file' : `${missing.length} files`} that the records name: ${told}. A backup without them would not be whole.`,
    );
  }
  return { files, totalBytes, ...list };
}

/**
 * What lies beside a file under a key that follows from it. None of them has to be there: a receipt is written right after its
 * record, and again by the load; a rendition when it is first asked for.
 */
function companions(key: string): string[] {
  return key.startsWith('reports/') ? [...renditionKeys(key)] : [receiptKey({ archiveKey: key })];
}

async function stillNamed(live: Queryable, references: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await live.query<{ key: string }>(references.join(' union '));
  return new Set(rows.map(({ key }) => key));
}

async function keepFile(archive: Archive, key: string, folder: string): Promise<ArchivedFile | undefined> {
  if ((await archive.size(key)) === undefined) return undefined;
  const path = join(folder, archiveFile(key));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const copy = await archive.localCopy(key);
  try {
    await linkOrCopy(copy.path, path);
  } finally {
    await copy.release();
  }
  return { key, ...(await measureFile(path)) };
}

/** Between two file systems, or where a file has no room for another name, the bytes are copied and synced. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP'].includes(code ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
    const handle = await open(to, 'r+');
    await handle.chmod(0o600);
    await handle.sync().finally(() => handle.close());
  }
}
