import { REPORTS, type ReportColumns, type ReportType } from '@meterhouse/contract/report-columns';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { differenceOf, isFigure, sumOf } from '../figures.ts';
import type { ReportTable } from '../read-report.ts';
import { totalsOf } from '../report-rows.ts';

type Cells = Readonly<Record<string, string>>;

/** What a column was and is; the difference where both are figures. */
export interface Change {
  readonly from: string;
  readonly to: string;
  readonly difference?: string;
}

/** How one report differs from another of its type. */
export interface Comparison {
  readonly reportType: ReportType;
  /** Rows of the second alone, and of the first alone. */
  readonly added: readonly Cells[];
  readonly removed: readonly Cells[];
  /** Rows of both whose other columns differ: these columns alone. */
  readonly changed: readonly { readonly key: Cells; readonly columns: Readonly<Record<string, Change>> }[];
  readonly unchanged: number;
  /** Sums of the columns that may be added up, where both reports have them. */
  readonly totals: Readonly<Record<string, Change>>;
}

export function isEqual({ added, removed, changed }: Comparison): boolean {
  return added.length + removed.length + changed.length === 0;
}

/**
 * Compares two reports line by line: by the columns that the report is sorted by, whatever order the lines or columns stand
 * in. Where several lines have one key, equal ones are paired first and the rest in their order.
 * @throws Failure when one is no report, or they are of two types
 */
export function compareTables(from: ReportTable, to: ReportTable): Comparison {
  const reportType = typeOf(from);
  if (typeOf(to) !== reportType) {
    throw new Failure(`One is a ${reportType}, the other a ${typeOf(to)}.`, EXIT.input);
  }
  const key = (REPORTS[reportType] as ReportColumns).key;
  const before = Map.groupBy(rowsOf(from), (row) => keyText(row, key));
  const after = Map.groupBy(rowsOf(to), (row) => keyText(row, key));
  const added: Cells[] = [];
  const removed: Cells[] = [];
  const changed: Comparison['changed'][number][] = [];
  let unchanged = 0;
  for (const [name, olds] of before) {
    const news = after.get(name) ?? [];
    after.delete(name);
    const { pairs, gone, come } = paired(olds, news);
    removed.push(...gone);
    added.push(...come);
    unchanged += Math.min(olds.length, news.length) - pairs.length;
    for (const [old, now] of pairs) changed.push({ key: picked(old, key), columns: changesOf(old, now) });
  }
  for (const come of after.values()) added.push(...come);
  return { reportType, added, removed, changed, unchanged, totals: totalChanges(from, to) };
}

/** Of rows with one key: those that differ, side by side, and those that have no partner. */
function paired(olds: readonly Cells[], news: readonly Cells[]) {
  const left = [...news];
  const differing = olds.filter((old) => {
    const same = left.findIndex((now) => Object.keys(changesOf(old, now)).length === 0);
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  const both = Math.min(differing.length, left.length);
  const pairs = differing.slice(0, both).map((old, at) => [old, left[at]!] as const);
  return { pairs, gone: differing.slice(both), come: left.slice(both) };
}

/** A report says by its header what it is. */
function typeOf({ columns }: ReportTable): ReportType {
  for (const [type, { key, columns: own }] of Object.entries(REPORTS)) {
    if (own.length === columns.length && own.every((name) => columns.includes(name)) && key.length > 0)
      return type as ReportType;
  }
  throw new Failure(`This is no report: its columns are ${columns.slice(0, 8).join(', ')}.`, EXIT.input, {
    advice: 'Reports are compared as TSV, packed or not, with their header line.',
  });
}

function rowsOf({ columns, rows }: ReportTable): Cells[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? ''])));
}

const picked = (row: Cells, names: readonly string[]): Cells =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? '']));
const keyText = (row: Cells, key: readonly string[]) => key.map((name) => row[name]).join('\t');

function changesOf(old: Cells, now: Cells): Record<string, Change> {
  const changes: Record<string, Change> = {};
  for (const [name, from] of Object.entries(old)) {
    const to = now[name] ?? '';
    if (from !== to) changes[name] = changeOf(from, to);
  }
  return changes;
}

function changeOf(from: string, to: string): Change {
  return isFigure(from) && isFigure(to) ? { from, to, difference: differenceOf(from, to) } : { from, to };
}

function totalChanges(from: ReportTable, to: ReportTable): Record<string, Change> {
  const [before, after] = [totalsOf(from), totalsOf(to)];
  const changes: Record<string, Change> = {};
  for (const [name, sum] of before) {
    const other = after.get(name) ?? (to.rows.length === 0 ? sumOf([]) : undefined);
    if (other !== undefined) changes[name] = changeOf(sum, other);
  }
  return changes;
}
