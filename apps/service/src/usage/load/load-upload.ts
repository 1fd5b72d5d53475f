import type { KeyLookup } from '@meterhouse/metering';
import { instantOf } from '@meterhouse/metering';
import type { Archive } from '../../platform/archive/index.ts';
import { crashPoint } from '../../platform/crash/crash-point.ts';
import type { Database, Transaction } from '../../platform/database/index.ts';
import { KIND_NAMES, type RecordCounts } from '../kinds.ts';
import { moveIn, stagedRecords } from '../move/move-in.ts';
import { removeRows, rowsOfUpload } from '../move/rows-of-upload.ts';
import { keepReceipt } from '../receipts/receipt.ts';
import { cutPackage } from '../stage/cut-package.ts';
import { type JudgeTools, judgePackage } from '../stage/judge-package.ts';
import { dropStage, type SliceContent } from '../stage/stage.ts';
import { findUpload, type Upload } from './find-upload.ts';
import { ownedSlices } from './owned-slices.ts';

export interface LoadTools extends JudgeTools {
  readonly database: Database;
  readonly archive: Archive;
  readonly clock: () => Date;
  /** The meter's keys by thumbprint, for packages that the plain reader has to open again. */
  readonly keysOf: (meterId: string) => KeyLookup;
  readonly unpackedBytes: number;
  /** Told in the transaction in which rows of this meter's month have changed. */
  readonly usageChanged: (transaction: Transaction, meterId: string, month: string) => Promise<void>;
}

/**
 * Makes the engine hold exactly the rows that an accepted upload owns, then records it as loaded. It runs in the queue of the
 * meter's month, so nothing else moves or reports there meanwhile, and it may run any number of times:
 *
 *   1. The receipt is in the archive (again, should the service have died before).
 *   2. Where the upload replaced slices, rows of other uploads in them go.
 *   3. What the engine has of this upload is compared with what it owns now (a later package may have taken slices from it).
 *      Equal: the move was done before a crash. Else its rows go, and the stage is moved in; a stage that is no longer there
 *      is made again from the archive.
 *   4. PostgreSQL records it as loaded, and the reports of the month are asked for, in one transaction.
 *   5. The stage goes.
 */
export async function loadUpload(tools: LoadTools, uploadId: string): Promise<void> {
  const { database, engine, archive } = tools;
  const upload = await findUpload(database, uploadId);
  if (!upload) return;
  if (upload.state === 'accepted') {
    await keepReceipt(archive, upload);
    const owned = await ownedSlices(database, upload.id);
    await removeReplaced(tools, upload, owned);
    crashPoint('usage.after-remove-replaced');
    await moveOwned(tools, upload, owned);
    crashPoint('usage.before-loaded');
    await database.transaction(async (transaction) => {
      await transaction.query("update uploads set state = 'loaded', loaded_at = $2 where id = $1", [
        upload.id,
        tools.clock(),
      ]);
      await tools.usageChanged(transaction, upload.meterId, upload.month);
    });
    crashPoint('usage.after-loaded');
  }
  await dropStage(engine, upload.tag);
}

async function removeReplaced(
  { engine }: LoadTools,
  upload: Upload,
  owned: ReadonlyMap<string, RecordCounts>,
): Promise<void> {
  const slices = upload.outcomes
    .filter(({ outcome }) => outcome === 'raised' || outcome === 'corrected')
    .map(({ product, hour }) => `${product} ${instantOf(hour)}`)
    .filter((slice) => owned.has(slice));
  if (slices.length === 0) return;
  const { meterId, month, tag } = upload;
  for (const kind of KIND_NAMES) await removeRows(engine, kind, { meterId, month, otherThan: tag, slices });
}

/** Makes the engine's rows of this upload those that it owns; the stage is made from the archive where it is not there. */
export async function moveOwned(
  tools: LoadTools,
  upload: Upload,
  owned: ReadonlyMap<string, RecordCounts>,
): Promise<void> {
  const { engine } = tools;
  const { meterId, month, tag } = upload;
  const wanted = new Map([...owned].filter(([, counts]) => KIND_NAMES.some((kind) => counts[kind] > 0)));
  const have = await rowsOfUpload(engine, { meterId, month, tag });
  if (sameRows(have, wanted)) return;
  if (have.size > 0) for (const kind of KIND_NAMES) await removeRows(engine, kind, { meterId, month, tag });
  if (wanted.size === 0) return;
  let staged = await stagedRecords(engine, tag);
  if (!staged || KIND_NAMES.some((kind) => staged![kind] !== upload.records[kind])) {
    await stageAgain(tools, upload);
    staged = upload.records;
  }
  for (const kind of KIND_NAMES) {
    const count = [...wanted.values()].reduce((sum, counts) => sum + counts[kind], 0);
    if (count === 0) continue;
    await moveIn(engine, kind, { tag, month, slices: count === staged[kind] ? 'all' : [...wanted.keys()] });
  }
}

/** The stage from the package in the archive, for a load whose stage did not outlive a crash or a rebuilt engine. */
export async function stageAgain(tools: LoadTools, upload: Upload): Promise<readonly SliceContent[]> {
  const copy = await tools.archive.localCopy(upload.archiveKey);
  try {
    const { header, parts } = await cutPackage(copy.path, tools.folder, upload.tag);
    const { tag, meterId } = upload;
    const { unpackedBytes } = tools;
    const keyOf = tools.keysOf(meterId);
    const judgement = await judgePackage(tools, {
      tag,
      meterId,
      header,
      file: copy.path,
      parts,
      keyOf,
      unpackedBytes,
    });
    if (!judgement.good)
      throw new Error(`upload ${upload.id} was accepted and its package in the archive is refused now`);
    return judgement.slices;
  } finally {
    await copy.release();
  }
}

function sameRows(
  left: ReadonlyMap<string, RecordCounts>,
  right: ReadonlyMap<string, RecordCounts>,
): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([slice, counts]) => {
    const other = right.get(slice);
    return other !== undefined && KIND_NAMES.every((kind) => counts[kind] === other[kind]);
  });
}
