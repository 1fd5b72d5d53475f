import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Value } from 'typebox/value';
import { keyPath, type MeasuredFile, measureFile } from '../platform/archive/index.ts';
import { readLines } from './lines.ts';
import {
  ARCHIVE_LIST,
  ArchivedFile,
  archiveFile,
  BackupFaults,
  JOBS,
  MANIFEST,
  type Manifest,
  readManifest,
  recordsFile,
} from './manifest.ts';

/**
 * Reads every byte of a backup and compares it with the manifest; nothing is changed.
 *
 * @param tell called while it goes on, with files done and files in all
 * @returns the manifest of a backup that is whole
 * @throws BackupFaults with every fault at once: what is missing, damaged, or not part of it
 */
export async function verifyBackup(
  folder: string,
  tell: (done: number, files: number) => void = () => undefined,
): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const { tables, jobs, archive } = manifest;
  const faults: string[] = [];
  const expected = new Map<string, MeasuredFile>([
    [JOBS, jobs],
    [ARCHIVE_LIST, archive],
    ...tables.map((table) => [recordsFile(table.name), table] as const),
  ]);
  const files = expected.size + archive.files;
  let done = 0;
  async function check(name: string, wanted: MeasuredFile): Promise<boolean> {
    const fault = await differs(join(folder, name), wanted);
    if (fault !== undefined) faults.push(`${name} ${fault}`);
    done += 1;
    tell(done, files);
    return fault === undefined;
  }
  const sound = new Set<string>();
  for (const [name, wanted] of expected) if (await check(name, wanted)) sound.add(name);
  const known = new Set([MANIFEST, ...expected.keys()]);
  // Of a damaged list nothing can be said of the files that it names.
  if (sound.has(ARCHIVE_LIST)) {
    for await (const file of archivedFiles(folder)) {
      known.add(archiveFile(file.key));
      await check(archiveFile(file.key), file);
    }
    for (const name of await namesBelow(folder, folder))
      if (!known.has(name)) faults.push(`${name} is not part of this backup`);
  }
  if (faults.length > 0) throw new BackupFaults(`The backup ${folder} is damaged:`, faults);
  return manifest;
}

/** The files of the archive as the list of a backup has them. @throws when a line is none, or its key would leave the archive */
export async function* archivedFiles(folder: string): AsyncGenerator<ArchivedFile> {
  for await (const line of readLines(join(folder, ARCHIVE_LIST))) {
    const file = Value.Parse(ArchivedFile, line);
    keyPath('/', file.key);
    yield file;
  }
}

async function differs(path: string, wanted: MeasuredFile): Promise<string | undefined> {
  try {
    const { bytes, sha256 } = await measureFile(path);
    if (bytes !== wanted.bytes) return `has ${bytes} bytes instead of ${wanted.bytes}`;
    return sha256 === wanted.sha256 ? undefined : 'has other bytes than when the backup was made';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
  }
}

async function namesBelow(root: string, directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) names.push(...(await namesBelow(root, path)));
    else names.push(relative(root, path));
  }
  return names;
}
