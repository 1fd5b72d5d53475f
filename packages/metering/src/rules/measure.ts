/** The measures that a rule can name, the records each is taken from, and so what its `where` can ask. */
import type { PartKind } from '@meterhouse/contract';
import type { WhereField } from './where.ts';

export const MEASURES = {
  'vram-average': 'vm',
  'vm-count': 'vm',
  'vcpu-hours': 'vm',
  'gb-hours': 'vm',
  'storage-gb-average': 'vm',
  'core-average': 'host',
  'core-hours': 'host',
  'overage-core-hours': 'host',
  'core-licences': 'host',
  'vsan-used-average': 'cluster',
  'vsan-raw-addon': 'cluster',
} as const satisfies { readonly [measure: string]: PartKind };

export type Measure = keyof typeof MEASURES;

/** The filters that the records of a kind can answer. */
export const FILTERS_OF: { readonly [Kind in PartKind]: readonly WhereField[] } = {
  vm: ['productType', 'licenseCategory', 'edition', 'customer', 'services'],
  host: ['productType', 'licenseCategory'],
  cluster: ['productType', 'edition', 'features'],
};
