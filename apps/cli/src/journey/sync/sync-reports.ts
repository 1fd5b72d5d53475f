import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withRetries } from '@meterhouse/client';
import type { ReportEntry, ReportType } from '@meterhouse/contract';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { EXIT } from '../../exit-codes.ts';
import { explain } from '../../explain.ts';
import { Failure } from '../../failure.ts';
import type { Client } from '../../http/client.ts';
import { atATime } from './at-a-time.ts';
import { fetchReport } from './fetch-report.ts';
import { lockFolder } from './folder-lock.ts';
import { type Form, meterFolder, reportFile } from './folder-names.ts';
import { labelsOfMeters } from './labels-of-meters.ts';
import { type ListedMonth, listMonth } from './list-month.ts';
import { digestOf, intactSince, placeReport } from './place-report.ts';
import { type KeptReport, openIndex, type ReportIndex, type ReportKey } from './report-index.ts';

/*
 * A folder of reports, kept like the service's.
 *
 *   listed ── the index has this ref, the file is as it was left ──────────────► unchanged
 *     ├────── the file in its place has the listed checksum ── line in index ──► unchanged
 *     └────── bytes into partial/ ── checked, synced ── line in index ── renamed ► new, renewed or restored
 *
 * A run that is killed leaves one of these: a part in partial/, of which the next run asks for the rest; a whole file in
 * partial/ without a line in the index, which the next run finds whole; a line and the file still in partial/, which the next
 * run renames. So no byte is sent twice, and a name never holds half a file. Nothing is ever removed but parts.
 */

export interface SyncOptions {
  readonly folder: string;
  readonly months: readonly string[];
  readonly as: Form;
  readonly types?: readonly ReportType[];
  readonly agents?: readonly string[];
  /** Reads every file instead of looking at its length and time. */
  readonly verify?: boolean;
  /** Keeps a report that was renewed beside the new one. */
  readonly keepOld?: boolean;
  readonly onProgress?: (done: number, total: number, words: string) => void;
  readonly onRetry?: (why: string, pauseMs: number) => void;
}

export interface SyncSummary {
  readonly new: readonly string[];
  /** In place of one that was there: usage had come since. */
  readonly renewed: readonly string[];
  /** Were changed, damaged or removed in the folder, and are again as they were. */
  readonly restored: readonly string[];
  readonly unchanged: number;
  readonly failed: readonly { readonly what: string; readonly why: string; readonly exitCode: number }[];
  /** Months of which the service is still renewing reports. */
  readonly pending: readonly string[];
  /** Why it ended before its end. */
  readonly stopped?: Failure;
}

const AT_A_TIME = 4;

/** @throws Failure when another sync is at work in the folder, or nothing can be listed at all */
export async function syncReports(client: Client, options: SyncOptions): Promise<SyncSummary> {
  const state = join(options.folder, '.meterhouse');
  await makeFolder(join(state, 'partial'));
  let holder = '';
  const lock = await lockFolder(state, ({ pid, host }) => {
    holder = `process ${pid} on ${host}`;
  });
  if (lock === undefined) {
    throw new Failure(`Another sync is at work in ${options.folder}: ${holder}.`, EXIT.busy, {
      advice: 'Let it end; what it fetches is here then.',
    });
  }
  try {
    const index = await openIndex(join(state, 'index.jsonl'));
    try {
      return await run({ client, options, state, index, held: lock.held });
    } finally {
      await index.close();
    }
  } finally {
    await lock.release();
  }
}

interface Run {
  readonly client: Client;
  readonly options: SyncOptions;
  readonly state: string;
  readonly index: ReportIndex;
  readonly held: () => Promise<boolean>;
}

interface Wanted {
  readonly key: ReportKey;
  readonly entry: ReportEntry;
  readonly path: string;
}

type Outcome = 'new' | 'renewed' | 'restored' | 'unchanged';

async function run(run: Run): Promise<SyncSummary> {
  const { client, options, index, state } = run;
  const again = <T>(call: () => Promise<T>) =>
    withRetries(call, { onRetry: ({ error, pause }) => options.onRetry?.(wordsOf(error), pause) });
  const found = { new: [] as string[], renewed: [] as string[], restored: [] as string[], unchanged: 0 };
  const failed: SyncSummary['failed'][number][] = [];
  let stopped: Failure | undefined;

  /** Gathers what fails; what would fail everywhere ends the whole. */
  async function gather(what: string, work: () => Promise<void>): Promise<void> {
    if (stopped !== undefined) return;
    try {
      await work();
    } catch (error) {
      const failure = explain(error) ?? noRoom(error, options.folder);
      if (failure === undefined) throw error;
      if (endsAll(failure)) stopped ??= failure;
      failed.push({ what, why: failure.message, exitCode: failure.exitCode });
    }
  }

  const labels = await again(() => labelsOfMeters(client));
  const listed: ListedMonth[] = [];
  await atATime(AT_A_TIME, options.months, (month) =>
    gather(month, async () => {
      listed.push(await again(() => listMonth(client, month, options.agents)));
    }),
  );
  listed.sort((a, b) => (a.month < b.month ? -1 : 1));
  const wanted = listed.flatMap(({ month, reports }) =>
    reports
      .filter(({ entry }) => options.types?.includes(entry.reportType) ?? true)
      .map(({ agentId, entry }): Wanted => {
        const key = { month, agentId, reportType: entry.reportType, as: options.as };
        return { key, entry, path: index.find(key)?.path ?? newPath(index, key, labels.get(agentId)) };
      }),
  );

  let done = 0;
  await atATime(AT_A_TIME, wanted, (one) =>
    gather(one.path, async () => {
      const outcome = await again(() => bring(run, one));
      if (outcome === 'unchanged') found.unchanged += 1;
      else found[outcome].push(one.path);
      done += 1;
      options.onProgress?.(done, wanted.length, one.path);
    }),
  );
  if (failed.length === 0) await removeParts(state, wanted);
  const pending = listed.filter((one) => one.pending).map(({ month }) => month);
  return { ...found, failed, pending, ...(stopped !== undefined && { stopped }) };
}

/** A meter's folder of a month keeps its name when the meter is renamed; the next month's has the new one. */
function newPath(index: ReportIndex, { month, agentId, reportType, as }: ReportKey, label?: string): string {
  for (const kept of index.all()) {
    if (kept.month === month && kept.agentId === agentId)
      return `${kept.path.slice(0, kept.path.lastIndexOf('/'))}/${reportFile(reportType, as)}`;
  }
  return `${month}/${meterFolder(agentId, label)}/${reportFile(reportType, as)}`;
}

/** Makes the file of one report be there. */
async function bring(
  { client, options, state, index, held }: Run,
  { key, entry, path }: Wanted,
): Promise<Outcome> {
  const { folder, as, verify = false, keepOld = false } = options;
  const target = join(folder, path);
  const part = join(state, 'partial', partName(entry.ref, as));
  const kept = index.find(key);
  const same = kept !== undefined && kept.checksum === entry.checksum;
  if (same) {
    const mtime = await intactSince(folder, kept, verify);
    if (mtime !== undefined) {
      const { ref } = entry;
      if (kept.ref !== ref || kept.mtime !== mtime) await index.keep({ ...kept, ref, mtime });
      return 'unchanged';
    }
    if ((await digestOf(part, 'sha256')) === kept.sha256) {
      await placeReport(part, target, keepOld);
      return 'new';
    }
  } else if (as === 'tsv' && (await digestOf(target, 'md5')) === entry.checksum) {
    await index.keep(await keptOf(key, entry, path, target, (await digestOf(target, 'sha256'))!));
    return 'unchanged';
  }
  const { sha256 } = await fetchReport(client, entry, as, part);
  if (!(await held())) throw new Failure(`Another sync took ${folder} over.`, EXIT.busy);
  // The line first: a file in its place is then known by the index at every moment.
  await index.keep(await keptOf(key, entry, path, part, sha256));
  await placeReport(part, target, keepOld && kept !== undefined && !same);
  return kept === undefined ? 'new' : same ? 'restored' : 'renewed';
}

async function keptOf(
  key: ReportKey,
  { ref, checksum }: ReportEntry,
  path: string,
  file: string,
  sha256: string,
): Promise<KeptReport> {
  const { size, mtimeMs } = await stat(file);
  return { ...key, ref, checksum, path, length: size, sha256, mtime: mtimeMs };
}

/** A ref is the service's; a name in our folder is ours. */
function partName(ref: string, as: Form): string {
  return `${createHash('sha256').update(ref).digest('hex').slice(0, 32)}.${as}`;
}

/** Parts of reports that were renewed before they came. */
async function removeParts(state: string, wanted: readonly Wanted[]): Promise<void> {
  const names = new Set(wanted.map(({ key, entry }) => partName(entry.ref, key.as)));
  for (const name of await readdir(join(state, 'partial'))) {
    if (!names.has(name.replace(/\.told$/, ''))) await rm(join(state, 'partial', name), { force: true });
  }
}

/** What the next report would meet as well: no service, no right, no room, no folder of ours. */
function endsAll({ exitCode }: Failure): boolean {
  return (
    exitCode === EXIT.unreachable ||
    exitCode === EXIT.unauthorised ||
    exitCode === EXIT.input ||
    exitCode === EXIT.busy
  );
}

function noRoom(error: unknown, folder: string): Failure | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^(ENOSPC|EDQUOT|EROFS|EIO|EFBIG|EMFILE)$/.test(code)) return undefined;
  return new Failure(`${folder} takes no more: ${message}.`, EXIT.input, {
    advice: 'Make room and run it again: what came is kept.',
  });
}

function wordsOf(error: unknown): string {
  return explain(error)?.message ?? String(error);
}
