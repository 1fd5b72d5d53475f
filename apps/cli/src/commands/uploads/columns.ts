import type { UploadSummary } from '@meterhouse/contract';
import type { Column } from '../../output/column.ts';
import { bytes, count } from '../../terminal/numbers.ts';

/** What there is to say of a package in one line. */
export const UPLOAD_COLUMNS: readonly Column<Omit<UploadSummary, 'outcomes'>>[] = [
  { name: 'uploadId', title: 'Upload' },
  { name: 'month' },
  { name: 'epoch', right: true },
  { name: 'number', right: true },
  { name: 'state' },
  {
    name: 'records',
    of: ({ records: { vm, host, cluster } }) => vm + host + cluster,
    show: (records) => count(Number(records)),
    right: true,
  },
  { name: 'bytes', title: 'Size', show: (size) => bytes(Number(size)), right: true },
  { name: 'receivedAt', title: 'Received' },
  { name: 'receivedBy', extra: true },
  { name: 'loadedAt', title: 'Loaded', extra: true },
  { name: 'digest', extra: true },
  { name: 'correctionReason', title: 'Corrects', extra: true },
];
