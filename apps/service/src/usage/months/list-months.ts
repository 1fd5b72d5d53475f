import { type ListQuery, type MonthItem, monthSelectors, type Page } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/index.ts';
import { createListing } from '../../platform/listing/index.ts';
import { figuresOfMonths } from './figures-of-months.ts';

interface MonthRow {
  month: string;
  state: MonthItem['state'];
}
const name = "to_char(o.month, 'YYYY-MM')";
const listing = createListing({
  selectors: monthSelectors,
  columns: { month: name, state: 'o.state' },
  usualSort: '-month',
  key: 'month',
});

/** A page of the months that the organisation has packages of. The figures are reckoned for the page alone. */
export async function listMonths(
  on: Queryable,
  organisationId: string,
  query: ListQuery,
  now: Date,
): Promise<Page<MonthItem>> {
  const { items, ...rest } = await listing.page<MonthRow, MonthRow>(on, query, {
    select: `${name} as month, o.state`,
    from: 'months o',
    where: 'o.organisation_id = $1',
    values: [organisationId],
    item: ({ month, state }) => ({ month, state }),
  });
  return { items: await withFigures(on, organisationId, items, now), ...rest };
}

/** One month (`2023-01`); undefined when no package of it has come. */
export async function findMonth(
  on: Queryable,
  organisationId: string,
  month: string,
  now: Date,
): Promise<MonthItem | undefined> {
  const rows = await on.query<MonthRow>(
    `select ${name} as month, o.state from months o where o.organisation_id = $1 and o.month = $2`,
    [organisationId, `${month}-01`],
  );
  return (await withFigures(on, organisationId, rows, now))[0];
}

async function withFigures(
  on: Queryable,
  organisationId: string,
  rows: readonly MonthRow[],
  now: Date,
): Promise<MonthItem[]> {
  if (rows.length === 0) return [];
  const names = rows.map(({ month }) => month);
  const figures = await figuresOfMonths(on, organisationId, names, now);
  return rows.map((row) => ({ ...row, ...figures.get(row.month)! }));
}
