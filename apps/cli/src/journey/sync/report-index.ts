import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Form } from './folder-names.ts';

/** A report that lies in the folder. */
export interface KeptReport {
  readonly month: string;
  readonly agentId: string;
  readonly reportType: string;
  readonly as: Form;
  readonly ref: string;
  /** MD5 of the report as the listing tells it, whatever the form. */
  readonly checksum: string;
  /** From the folder, with `/`. */
  readonly path: string;
  /** Of the file, with its SHA-256 and its time in milliseconds: by these damage is found. */
  readonly length: number;
  readonly sha256: string;
  readonly mtime: number;
}

export type ReportKey = Pick<KeptReport, 'month' | 'agentId' | 'reportType' | 'as'>;

export interface ReportIndex {
  find(key: ReportKey): KeptReport | undefined;
  all(): Iterable<KeptReport>;
  /** Returns when the line is on the disk. */
  keep(report: KeptReport): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the index of a folder: a line of JSON a report, the last line of a report counts. A line is appended for each report
 * that came, so that a folder of thousands is not written again for one; the file is written anew, beside and renamed, when
 * half of it is old. Killed in the middle of a line, it is read without that line; a line that is damaged is as if the
 * report had not come: its file is then looked at.
 */
export async function openIndex(path: string): Promise<ReportIndex> {
  const kept = new Map<string, KeptReport>();
  let lines = 0;
  let whole = true;
  for await (const line of linesOf(path)) {
    lines += 1;
    const report = parse(line);
    if (report === undefined) whole = false;
    else kept.set(keyOf(report), report);
  }
  whole &&= await endsWithLine(path);
  if (!whole || lines > 2 * kept.size + 100) await rewrite(path, [...kept.values()]);
  const file = await open(path, 'a');
  let writing: Promise<void> = Promise.resolve();
  return {
    find: (key) => kept.get(keyOf(key)),
    all: () => kept.values(),
    keep(report) {
      kept.set(keyOf(report), report);
      writing = writing.then(async () => {
        await file.appendFile(lineOf(report));
        await file.datasync();
      });
      return writing;
    },
    async close() {
      await writing.catch(() => {});
      await file.close();
    },
  };
}

async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** A fused line would lose two reports: nothing is appended to a line that has no end. */
async function endsWithLine(path: string): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  } finally {
    await file?.close();
  }
}

async function rewrite(path: string, reports: readonly KeptReport[]): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(reports.map(lineOf).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncDirectory(dirname(path));
}

/** Makes names in a directory last through a power cut, where the system can. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const keyOf = ({ month, agentId, reportType, as }: ReportKey) => [month, agentId, reportType, as].join(' ');
const lineOf = (report: KeptReport) => `${JSON.stringify(report)}\n`;

const TEXTS = ['month', 'agentId', 'reportType', 'as', 'ref', 'checksum', 'path', 'sha256'] as const;

/** A line that somebody changed must not lead out of the folder: a path is two folders and a file. */
function parse(line: string): KeptReport | undefined {
  try {
    const report = JSON.parse(line) as KeptReport;
    if (!TEXTS.every((name) => typeof report[name] === 'string')) return undefined;
    if (!Number.isInteger(report.length) || typeof report.mtime !== 'number') return undefined;
    return /^\d{4}-\d{2}\/[^./\\][^/\\]*\/[^./\\][^/\\]*$/.test(report.path) ? report : undefined;
  } catch {
    return undefined;
  }
}
