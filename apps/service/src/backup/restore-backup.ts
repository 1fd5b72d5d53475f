import { chmod, copyFile, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { durableDirectories, keyPath, syncDirectory, writeDurably } from '../platform/archive/index.ts';
import { crashPoint } from '../platform/crash/crash-point.ts';
import { claimDirectory, openRecords, type RecordsOptions } from '../platform/database/index.ts';
import { createSecrets, readMasterKey } from '../platform/secrets/index.ts';
import { archiveFile, BackupFaults, type Manifest, readManifest } from './manifest.ts';
import { type RestoredRecords, restoreRecords, schemaFaults, targetFaults } from './restore-records.ts';
import { RESTORE_MARKER } from './tables.ts';
import { findUnfinished, markFinished, markUnfinished } from './unfinished-restore.ts';
import { archivedFiles, verifyBackup } from './verify-backup.ts';

/** The copy of the master key that the operator kept, or, when it is lost, a new one. */
export type MasterKeyChoice = { readonly file: string } | 'new';

export interface RestoreOptions extends RecordsOptions {
  /** The backup's folder. */
  readonly from: string;
  readonly masterKey: MasterKeyChoice;
  readonly clock?: () => Date;
  /** What it does now, and how far it is. */
  readonly tell?: (step: 'verify' | 'archive' | 'records', done: number, all: number) => void;
}

export interface Restored extends RestoredRecords {
  readonly backup: string;
  readonly madeAt: string;
  readonly archiveFiles: number;
}

/**
 * Restores a backup into an empty data directory, and an empty database where the records are kept outside; the service must
 * not run. Nothing is written before every digest was verified and every condition met. Each step can be repeated: a restore
 * that was killed goes on when it is run again, and until then no service starts on what it left.
 *
 *   marked    the data directory says which restore is under way
 *   archive   packages, receipts and reports are linked or copied, each whole under its key
 *   records   the schema of the backup, then all rows in one transaction
 *   key       the master key is in its place
 *   loaded    the mark says so; then the database's mark goes, and last the directory's
 *
 * @throws BackupFaults with every fault at once
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { masterKey, tell = () => undefined, clock = () => new Date() } = options;
  const from = resolve(options.from);
  const data = resolve(options.data);
  // Before the long look at every byte: a target that does not do is known at once.
  await refuseTarget(options, from, data, await readManifest(from));
  const manifest = await verifyBackup(from, (done, all) => tell('verify', done, all));
  const key = masterKey === 'new' ? undefined : readMasterKey({ path: masterKey.file, create: false });
  await refuseTarget(options, from, data, manifest);

  await using opened = new AsyncDisposableStack();
  await mkdir(data, { recursive: true, mode: 0o700 });
  opened.defer(await claimDirectory(data));
  const outside =
    options.databaseUrl === undefined ? undefined : await openRecords({ ...options, data }, opened);
  if (findUnfinished(data) === undefined)
    await markUnfinished(data, { backup: manifest.id, step: 'loading' });
  crashPoint('restore.marked');
  await restoreArchive(from, data, manifest, tell);
  crashPoint('restore.archived');
  const database = outside ?? (await openRecords({ ...options, data }, opened));
  tell('records', 0, 1);
  const restored = await restoreRecords(database, from, manifest, key && createSecrets(key), clock);
  tell('records', 1, 1);
  crashPoint('restore.loaded');
  if (key !== undefined)
    await writeDurably(join(data, 'master.key'), `${Buffer.from(key).toString('base64url')}\n`);
  await markUnfinished(data, { backup: manifest.id, step: 'loaded' });
  await database.query(`drop table if exists ${RESTORE_MARKER}`);
  crashPoint('restore.before-finish');
  await markFinished(data);
  const { id, madeAt } = manifest;
  return { backup: id, madeAt, archiveFiles: manifest.archive.files, ...restored };
}

/** @throws BackupFaults with all that keeps this backup from being restored into this directory and this database */
async function refuseTarget(
  options: RestoreOptions,
  from: string,
  data: string,
  manifest: Manifest,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  // Nothing is made here: only a database outside is there before.
  const outside =
    options.databaseUrl === undefined ? undefined : await openRecords({ ...options, data }, opened);
  const loaded = findUnfinished(data)?.step === 'loaded';
  const faults = [
    ...schemaFaults(manifest),
    ...(await directoryFaults(data, from, manifest.id)),
    ...(outside === undefined || loaded ? [] : await targetFaults(outside)),
  ];
  if (faults.length > 0) throw new BackupFaults('The backup cannot be restored like this:', faults);
}

async function directoryFaults(data: string, from: string, backup: string): Promise<string[]> {
  if (`${from}${sep}`.startsWith(`${data}${sep}`))
    return [`${from} is inside ${data}: move the backup out, or restore into another directory`];
  const names = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const unfinished = findUnfinished(data);
  if (unfinished === undefined)
    return names.length === 0 ? [] : [`${data} is not empty: name a directory that is empty or not there`];
  return unfinished.backup === backup
    ? []
    : [
        `${data} holds an unfinished restore of another backup (${unfinished.backup}): go on with that one, or remove the directory`,
      ];
}

/** Each file comes whole under its key: linked, or copied under another name, synced and renamed. */
async function restoreArchive(
  from: string,
  data: string,
  { archive }: Manifest,
  tell: NonNullable<RestoreOptions['tell']>,
): Promise<void> {
  const root = join(data, 'archive');
  // What is in there a start removes; the archive's own temporary files are there too.
  const incoming = join(root, '.incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await chmod(root, 0o700);
  await syncDirectory(data);
  const makeDurable = durableDirectories(root);
  const written = new Set<string>();
  let done = 0;
  for await (const { key } of archivedFiles(from)) {
    const to = keyPath(root, key);
    await makeDurable(dirname(to));
    await bring(join(from, archiveFile(key)), to, join(incoming, 'restored'));
    written.add(dirname(to));
    done += 1;
    tell('archive', done, archive.files);
  }
  for (const directory of written) await syncDirectory(directory);
}

async function bring(from: string, to: string, temporary: string): Promise<void> {
  try {
    await link(from, to);
    return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // There already: whole, since it was linked or renamed by the restore that goes on here.
    if (code === 'EEXIST') return;
    if (!['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP'].includes(code ?? '')) throw error;
  }
  await rm(temporary, { force: true });
  await copyFile(from, temporary);
  const handle = await open(temporary, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, to);
}
