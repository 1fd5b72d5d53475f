import type { MonthItem } from '@meterhouse/contract';
import { monthValue } from '../../commands/values.ts';
import type { Resource } from '../resource.ts';

export const months: Resource<MonthItem> = {
  name: 'months',
  one: 'month',
  about:
    "Your organisation's months in figures: what came, what is missing, and whether the reports say it yet.",
  path: '/api/v1/months',
  id: { argument: 'month', words: 'such as 2023-01', of: ({ month }) => month, parse: monthValue },
  such: { filter: "'month=ge=2023-01'", sort: '-month' },
  columns: [
    { name: 'month' },
    { name: 'state' },
    { name: 'meters', right: true },
    { name: 'products', right: true },
    { name: 'packages', of: ({ uploads }) => uploads.taken, right: true },
    { name: 'late', of: ({ uploads }) => uploads.late, right: true, extra: true },
    { name: 'refused', of: ({ uploads }) => uploads.refused, right: true },
    { name: 'collectedHours', title: 'Collected', of: ({ hours }) => hours.collected, right: true },
    { name: 'partialHours', title: 'Partial', of: ({ hours }) => hours.partial, right: true, extra: true },
    {
      name: 'unreachableHours',
      title: 'Unreachable',
      of: ({ hours }) => hours.unreachable,
      right: true,
      extra: true,
    },
    { name: 'expectedHours', title: 'Expected', of: ({ hours }) => hours.expected, right: true },
    { name: 'missingHours', title: 'Missing', of: ({ hours }) => hours.missing, right: true },
    { name: 'reports', of: ({ reports }) => reports.current, right: true },
    { name: 'pendingReports', title: 'Pending', of: ({ reports }) => reports.pending, right: true },
    { name: 'renewedAt', title: 'Renewed', of: ({ reports }) => reports.renewedAt, extra: true },
  ],
  words: {
    list: 'Lists the months of which usage has come, the newest first.',
    show: 'Shows one month.',
  },
  examples: {
    list: ['months list', "months list --filter 'month=ge=2023-01' --csv"],
    show: ['months show 2023-01'],
  },
  empty: 'No usage has come yet.',
};
