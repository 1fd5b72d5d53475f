import type { ComparedReports } from '../journey/compare/compare-pairs.ts';
import { type Change, type Comparison, isEqual } from '../journey/compare/compare-tables.ts';
import { signed } from '../journey/figures.ts';
import { count, plural } from './numbers.ts';
import { plain } from './plain.ts';
import { bold, dim, green, heading, red, yellow } from './style.ts';

/** What differs between reports: `+` a line that came, `-` one that went, `~` one that changed, with what and by how much. */
export function tellComparisons({ equal, reports, only }: ComparedReports): string[] {
  if (equal) return [green(`Equal: ${plural(reports.length, 'report')}.`)];
  const same = reports.filter(isEqual).length;
  return [
    ...reports.filter((report) => !isEqual(report)).flatMap(tellReport),
    ...only.from.map((name) => red(plain(`- ${name}: on the first side alone`))),
    ...only.to.map((name) => green(plain(`+ ${name}: on the second side alone`))),
    ...(same > 0 ? [dim(`${plural(same, 'further report')} equal.`)] : []),
  ];
}

function tellReport(report: Comparison & { readonly name: string }): string[] {
  const { name, reportType, added, removed, changed, unchanged, totals } = report;
  const title = name.includes(reportType) ? name : `${name} (${reportType})`;
  return [
    heading(plain(title)),
    ...removed.map((row) => red(`- ${line(row)}`)),
    ...added.map((row) => green(`+ ${line(row)}`)),
    ...changed.flatMap(({ key, columns }) => [
      yellow(`~ ${line(key)}`),
      ...Object.entries(columns).map(([column, change]) => `    ${plain(column)}: ${words(change)}`),
    ]),
    `  ${plural(added.length, 'line')} added, ${count(removed.length)} removed, ${count(changed.length)} changed, ${count(unchanged)} equal`,
    ...Object.entries(totals).map(([column, change]) => bold(`  Total ${column}: ${words(change)}`)),
    '',
  ];
}

/** The cells that say something, as `Column value`. */
function line(row: Readonly<Record<string, string>>): string {
  return Object.entries(row)
    .filter(([, cell]) => cell !== '')
    .map(([column, cell]) => plain(`${column} ${cell}`))
    .join(', ');
}

function words({ from, to, difference }: Change): string {
  const ends = `${plain(from) || '(nothing)'} → ${plain(to) || '(nothing)'}`;
  return difference === undefined ? ends : `${ends}  (${signed(difference)})`;
}
