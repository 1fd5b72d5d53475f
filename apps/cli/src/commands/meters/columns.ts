import type { MeterSummary } from '@meterhouse/contract';
import type { Column } from '../../output/column.ts';

/** What there is to say of a meter in one line. */
export const METER_COLUMNS: readonly Column<MeterSummary>[] = [
  { name: 'agentId', title: 'Meter' },
  { name: 'label' },
  { name: 'meteringMode', title: 'Mode' },
  { name: 'connectivityMode', title: 'Connection' },
  { name: 'contractNumber', title: 'Contract' },
  { name: 'siteName', title: 'Site' },
  {
    name: 'epoch',
    title: 'Key',
    of: ({ key }) => key?.epoch,
    show: (epoch) => (epoch === undefined ? 'not activated' : `epoch ${epoch}`),
  },
  { name: 'state', extra: true },
  { name: 'version', extra: true },
  { name: 'registration', extra: true },
  { name: 'keyId', of: ({ key }) => key?.kid, extra: true },
  { name: 'sequence', right: true, extra: true },
  { name: 'registeredAt', extra: true },
  { name: 'modifiedAt', extra: true },
  { name: 'deletedAt', extra: true },
];
