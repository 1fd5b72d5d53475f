import { type Dirent, existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { REPORTS, type ReportType } from '@meterhouse/contract/report-columns';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import type { Client } from '../../http/client.ts';
import { findReports } from '../find-reports.ts';
import { parseReport, type ReportTable, readReport, readReportByRef } from '../read-report.ts';
import { isMonth } from '../sync/months.ts';

/** A report that is on both sides, or on one. */
export interface Pair {
  /** What both are called. */
  readonly name: string;
  readonly from: (() => Promise<ReportTable>) | undefined;
  readonly to: (() => Promise<ReportTable>) | undefined;
}

export interface PairOptions {
  readonly agent?: string;
  readonly type?: ReportType;
}

type Side = ReadonlyMap<string, () => Promise<ReportTable>>;

const FILE = /\.tsv(\.gz)?$/;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/**
 * What `from` and `to` name: two months, whose reports are met by meter and type; two folders, by the meter's UUID and the
 * file's name below them; two files or refs, which are one pair.
 * @throws Failure when they are of two kinds, or one names nothing
 */
export async function findPairs(
  client: () => Promise<Client>,
  from: string,
  to: string,
  options: PairOptions,
): Promise<Pair[]> {
  const kinds = [kindOf(from), kindOf(to)];
  if (kinds[0] !== kinds[1]) {
    throw new Failure(`${from} is ${WORDS[kinds[0]!]}, ${to} is ${WORDS[kinds[1]!]}.`, EXIT.usage, {
      advice: 'Compare two months, two folders, or two files or refs.',
    });
  }
  if (kinds[0] === 'one') {
    return [{ name: basename(to), from: await one(client, from), to: await one(client, to) }];
  }
  const side = (text: string) =>
    kinds[0] === 'month' ? ofMonth(client, text, options) : ofFolder(text, options);
  const [before, after] = [await side(from), await side(to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, from: before.get(name), to: after.get(name) }));
}

const WORDS = { month: 'a month', folder: 'a folder', one: 'one report' } as const;

function kindOf(text: string): keyof typeof WORDS {
  if (existsSync(text)) return statSync(text).isDirectory() ? 'folder' : 'one';
  return isMonth(text) ? 'month' : 'one';
}

async function one(client: () => Promise<Client>, text: string): Promise<() => Promise<ReportTable>> {
  if (existsSync(text)) return () => readFileReport(text);
  if (/[/\\.]/.test(text)) throw new Failure(`There is no ${text}.`, EXIT.input);
  const signedIn = await client();
  return () => readReportByRef(signedIn, text);
}

/** Of months the figures that are billed are compared, unless a type is named: a history of another month differs in every line. */
async function ofMonth(client: () => Promise<Client>, month: string, options: PairOptions): Promise<Side> {
  const signedIn = await client();
  const reports = await findReports(signedIn, { month, ...options });
  return new Map(
    reports
      .filter(({ reportType }) => options.type !== undefined || reportType.endsWith('MONTHLY_USAGE'))
      .map((report) => [`${report.agentId} ${report.reportType}`, () => readReport(signedIn, report)]),
  );
}

async function ofFolder(folder: string, { agent, type }: PairOptions): Promise<Side> {
  const side = new Map<string, () => Promise<ReportTable>>();
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const below = path.slice(join(folder, '/').length);
    if (!entry.isFile() || !FILE.test(entry.name) || below.includes('.meterhouse/')) continue;
    if (agent !== undefined && !below.includes(agent)) continue;
    if (type !== undefined && !entry.name.startsWith(REPORTS[type].file)) continue;
    side.set(nameBelow(below), () => readFileReport(path));
  }
  return side;
}

/** A meter that was renamed has another folder; its UUID stays. */
function nameBelow(path: string): string {
  return path
    .split('/')
    .map((part) => (FILE.test(part) ? part.replace(/\.gz$/, '') : (UUID.exec(part)?.[0] ?? part)))
    .join('/');
}

async function readFileReport(path: string): Promise<ReportTable> {
  const bytes = await readFile(path);
  try {
    return await parseReport(bytes);
  } catch {
    throw new Failure(`${path} is no whole gzip file.`, EXIT.input);
  }
}
