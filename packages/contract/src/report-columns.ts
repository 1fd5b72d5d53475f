/**
 * The columns of each report, in order: the one header line of its TSV. `key` names the columns that rows are sorted by,
 * in that order, as bytes of UTF-8. The published columns stand first and keep their published names.
 */
export interface ReportColumns {
  /** File name without month and ending. */
  readonly file: string;
  readonly columns: readonly string[];
  /** Sort key. `Usage Hour`, `Start` sort by time. */
  readonly key: readonly string[];
}

export const REPORTS = {
  MONTHLY_USAGE: {
    file: 'Monthly_Usage',
    columns: [
      'Product',
      'Unit of Measure',
      'Units to be Reported',
      'SKU',
      'Points',
      'Contract',
      'Site',
      'Missing Hours',
    ],
    key: ['Contract', 'Site', 'SKU', 'Product'],
  },
  CUSTOMER_MONTHLY_USAGE: {
    file: 'Customer_Monthly_Usage',
    columns: [
      'Customer',
      'Product',
      'Unit of Measure',
      'Units to be Reported',
      'SKU',
      'Points',
      'Contract',
      'Site',
    ],
    key: ['Customer', 'Contract', 'Site', 'SKU', 'Product'],
  },
  VM_HISTORY: {
    file: 'Virtual_Machine_History',
    columns: [
      'vcId',
      'VM',
      'Name',
      'Host',
      'Cluster',
      'Customer',
      'Start',
      'End',
      'Hours',
      'Power State',
      'vCPU',
      'Memory GB',
      'Reservation GB',
      'Billed vRAM GB',
      'License',
      'License Category',
      'Services',
    ],
    key: ['vcId', 'VM', 'Start'],
  },
  CLUSTER_HISTORY: {
    file: 'Cluster_History',
    columns: ['vcId', 'Cluster', 'Start', 'End', 'Used GB', 'Raw TiB', 'Edition', 'Features'],
    key: ['vcId', 'Cluster', 'Start'],
  },
  HOURLY_USAGE: {
    file: 'Hourly_Usage',
    columns: ['Product', 'SKU', 'Usage Hour', 'License Key', 'Quantity', 'Unit of Measurement'],
    key: ['Usage Hour', 'Product', 'SKU', 'License Key'],
  },
} as const satisfies Record<string, ReportColumns>;

export type ReportType = keyof typeof REPORTS;

/** What stands in a Customer column for usage that no rule gave a customer. It cannot be a label. */
export const NO_CUSTOMER = 'No Customer Label';
