/** The months of an organisation (2-wire-api, F). */
import Type, { type Static } from 'typebox';
import { strict, Timestamp } from './everywhere.ts';
import { listQuery, pageOf } from './lists.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description, examples: [1] });

export const MonthName = Type.String({
  pattern: '^[12][0-9]{3}-(0[1-9]|1[0-2])$',
  'x-fault': 'must be a month such as 2023-01',
  examples: ['2023-01'],
});
export const MonthOnlyPath = Type.Object({ month: MonthName }, strict);

const MonthState = Type.Enum(['open', 'closing', 'closed']);

/** A month of an organisation in figures; its id is `month`. */
export const MonthItem = Type.Object(
  {
    month: MonthName,
    state: MonthState,
    meters: count('Meters whose packages list an hour of it.'),
    products: count('Products (meter and source) that have an hour in it or are expected to.'),
    uploads: Type.Object(
      {
        taken: count('Packages that were accepted.'),
        late: count('Packages that came after it closed and wait.'),
        refused: count('Packages that were refused for their content.'),
      },
      strict,
    ),
    hours: Type.Object(
      {
        collected: count('Product-hours that packages list as collected.'),
        partial: count('Product-hours that packages list as partial.'),
        unreachable: count('Product-hours that packages list as unreachable.'),
        expected: count('Product-hours that are expected by now.'),
        missing: Type.String({
          pattern: '^[0-9]+\\.[0-9]{3}$',
          description:
            'Expected minus covered time in product-hours, to three decimals: unlisted and unreachable hours, and what partial ones lack.',
          examples: ['12.000'],
        }),
      },
      strict,
    ),
    reports: Type.Object(
      {
        current: count('Reports that are listed.'),
        pending: count('Meters whose reports do not say yet what has come.'),
        renewedAt: Type.Optional(Timestamp),
      },
      strict,
    ),
  },
  strict,
);
export type MonthItem = Static<typeof MonthItem>;

export const monthSelectors = { month: 'text', state: ['open', 'closing', 'closed'] } as const;
export const MonthQuery = listQuery(monthSelectors, '-month');
export const MonthPage = pageOf(MonthItem);
