import type { Column } from '../../output/column.ts';

/** What every item tells of its life. */
export const LIFE_COLUMNS: readonly Column<unknown>[] = [
  { name: 'sequence', right: true, extra: true },
  { name: 'createdAt', title: 'Created', extra: true },
  { name: 'modifiedAt', title: 'Modified', extra: true },
];
