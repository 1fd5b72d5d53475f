import type { QuotaUse } from '@meterhouse/contract';
import type { Column } from '../../output/column.ts';

export const COLUMNS: readonly Column<QuotaUse>[] = [
  { name: 'quota' },
  { name: 'used', right: true },
  { name: 'limit', right: true },
  { name: 'resetsAt', title: 'Begins anew' },
];
