import type { RebuildDifference } from '@meterhouse/contract';
import { formatInstant, instantOf } from '@meterhouse/metering';
import type { Archive } from '../../platform/archive/index.ts';
import { crashPoint } from '../../platform/crash/crash-point.ts';
import type { Queryable } from '../../platform/database/index.ts';
import { countRowsByUpload } from '../compare/count-rows-by-upload.ts';
import { KIND_NAMES, type RecordCounts } from '../kinds.ts';
import { findUpload, type Upload } from '../load/find-upload.ts';
import { type LoadTools, moveOwned, stageAgain } from '../load/load-upload.ts';
import { ownedSlices } from '../load/owned-slices.ts';
import { removeRows } from '../move/rows-of-upload.ts';
import { type Receipt, readReceipt } from '../receipts/receipt.ts';
import { dropStage, type SliceContent } from '../stage/stage.ts';
import { digestsOfRows } from './digests-of-rows.ts';
import { finishMonth } from './finish-month.ts';

/**
 * Derives the usage of one meter's month again. The receipts say which package owns each slice (the last one that claimed it,
 * in their order); the packages say what is in it. Both are held against the records and against the rows that the engine has.
 * Rows that differ are removed and moved in anew from the package; what differs in the records is told, and stays for people
 * to judge: PostgreSQL decided it once, and an archive can be damaged too. Runs in the month's queue, as often as need be.
 */
export async function rebuildMonth(
  tools: LoadTools,
  { rebuildId, meterId, month }: { rebuildId: string; meterId: string; month: string },
): Promise<void> {
  const { database } = tools;
  const differences: RebuildDifference[] = [];
  const [meter] = await database.query<{ organisation_id: string; agent_id: string }>(
    'select organisation_id, agent_id from meters where id = $1',
    [meterId],
  );
  if (!meter) return;
  const receipts = await receiptsOf(
    tools.archive,
    `packages/${meter.organisation_id}/${meter.agent_id}/${month}/`,
  );
  const owners = ownersOf(receipts);
  const uploads = new Map<string, Upload>();
  for (const receipt of receipts) {
    const upload = await findUpload(database, receipt.upload);
    if (upload) uploads.set(upload.id, upload);
    else if (receipt.decision === 'accepted')
      differences.push({ what: 'unrecorded-package', upload: receipt.upload });
  }
  let slices = 0;
  let rowsDiffer = false;
  for (const upload of uploads.values()) {
    if (upload.state !== 'loaded') continue;
    const claimed = [...owners].filter(([, owner]) => owner === upload.id).map(([slice]) => slice);
    slices += claimed.length;
    rowsDiffer = (await rebuildUpload(tools, upload, claimed, differences)) || rowsDiffer;
    crashPoint('usage.rebuilding');
  }
  rowsDiffer = (await removeStrays(tools, meterId, month, differences)) || rowsDiffer;
  await database.transaction(async (transaction) => {
    await finishMonth(transaction, { rebuildId, meterId, month, slices, differences, at: tools.clock() });
    if (rowsDiffer) await tools.usageChanged(transaction, meterId, month);
  });
  for (const difference of differences)
    tools.logger.warn({ meterId, month, ...difference }, 'rebuild found a difference');
}

async function receiptsOf(archive: Archive, prefix: string): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for await (const key of archive.list(prefix))
    if (key.endsWith('.receipt.json')) receipts.push(await readReceipt(archive, key));
  return receipts.sort((left, right) => (BigInt(left.order) < BigInt(right.order) ? -1 : 1));
}

const CLAIMS = new Set(['counted', 'raised', 'corrected', 'noted']);

/** `product hour` (Unix seconds) to the upload that claimed it last. */
function ownersOf(receipts: readonly Receipt[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const receipt of receipts)
    for (const { product, hour, outcome } of receipt.outcomes)
      if (CLAIMS.has(outcome)) owners.set(`${product} ${instantOf(hour)}`, receipt.upload);
  return owners;
}

/** True when rows were replaced. */
async function rebuildUpload(
  tools: LoadTools,
  upload: Upload,
  claimed: readonly string[],
  differences: RebuildDifference[],
): Promise<boolean> {
  const { database, engine } = tools;
  const recorded = await recordedSlices(database, upload.id);
  const owned = await ownedSlices(database, upload.id);
  let contents: readonly SliceContent[];
  try {
    contents = await stageAgain(tools, upload);
  } catch (error) {
    differences.push({ what: 'unreadable-package', upload: upload.id, found: (error as Error).message });
    return false;
  }
  try {
    const derived = new Map(contents.map((content) => [`${content.product} ${content.hour}`, content]));
    for (const slice of new Set([...claimed, ...owned.keys()])) {
      const place = placeOf(slice);
      const content = derived.get(slice);
      const digest = content?.digest ?? '0'.repeat(32);
      const held = recorded.get(slice);
      if (held === undefined || !claimed.includes(slice))
        differences.push({
          what: 'slice-records',
          ...place,
          upload: upload.id,
          found: held ?? 'not owned',
          derived: digest,
        });
      else if (held !== digest)
        differences.push({ what: 'slice-digest', ...place, upload: upload.id, found: held, derived: digest });
    }
    const { meterId, month, tag } = upload;
    const rows = await digestsOfRows(engine, { meterId, month, tag });
    const wanted = [...owned].filter(([, counts]) => total(counts) > 0).map(([slice]) => slice);
    const wrong = [...new Set([...wanted, ...rows.keys()])].filter(
      (slice) => rows.get(slice) !== (owned.has(slice) ? derived.get(slice)?.digest : undefined),
    );
    if (wrong.length === 0) return false;
    for (const slice of wrong)
      differences.push({
        what: 'usage-rows',
        ...placeOf(slice),
        upload: upload.id,
        found: rows.get(slice) ?? 'no rows',
        derived: derived.get(slice)?.digest ?? 'no rows',
      });
    for (const kind of KIND_NAMES) await removeRows(engine, kind, { meterId, month, tag });
    await moveOwned(tools, upload, owned);
    return true;
  } finally {
    await dropStage(engine, upload.tag);
  }
}

/** Rows of this month that belong to no upload of the records. */
async function removeStrays(
  { engine, database }: LoadTools,
  meterId: string,
  month: string,
  differences: RebuildDifference[],
): Promise<boolean> {
  const known = await database.query<{ tag: string }>(
    'select row_tag as tag from uploads where meter_id = $1',
    [meterId],
  );
  const tags = new Set(known.map(({ tag }) => tag));
  const strays = (await countRowsByUpload(engine)).filter(
    (rows) => rows.meterId === meterId && rows.month === month && !tags.has(rows.tag),
  );
  for (const { tag, records } of strays) {
    differences.push({ what: 'stray-rows', found: `${total(records)} rows of upload number ${tag}` });
    for (const kind of KIND_NAMES) await removeRows(engine, kind, { meterId, month, tag });
  }
  return strays.length > 0;
}

async function recordedSlices(on: Queryable, uploadId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await on.query<{ slice: string; digest: string }>(
    `select product || ' ' || extract(epoch from hour)::bigint as slice, encode(digest, 'hex') as digest
     from slices where upload_id = $1`,
    [uploadId],
  );
  return new Map(rows.map(({ slice, digest }) => [slice, digest]));
}

function placeOf(slice: string): { product: string; hour: string } {
  const [product = '', hour = '0'] = slice.split(' ');
  return { product, hour: formatInstant(Number(hour)) };
}

const total = (counts: RecordCounts) => counts.vm + counts.host + counts.cluster;
