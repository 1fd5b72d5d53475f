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

/**
 * How a text begins that a spreadsheet would run as a formula, by OWASP's list (CSV injection), also in full width. A CSV puts
 * an apostrophe in front. Source: owasp.org/www-community/attacks/CSV_Injection.
 */
export const FORMULA_STARTS: readonly string[] = [
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\r',
  '\n',
  '＝',
  '＋',
  '－',
  '＠',
];

/**
 * What a column holds. The TSV prints all of it; the other renditions type it.
 * - `text`: any characters but control characters; empty for none.
 * - `integer`: whole, not negative, below 2^63.
 * - `decimal`: exact, 38 digits, at most `scale` of them after the point.
 * - `instant`: a second of UTC, printed as `2023-01-01T05:00:00Z`; with `published` as the vendor prints it, `2023-01-01 5:00:00`.
 */
export type ReportColumn =
  | { readonly type: 'text' | 'integer'; readonly unit?: string }
  | { readonly type: 'decimal'; readonly scale: number; readonly unit?: string }
  | { readonly type: 'instant'; readonly published?: true };

export type ColumnName = (typeof REPORTS)[ReportType]['columns'][number];

const text = { type: 'text' } as const;
const instant = { type: 'instant' } as const;
/** Every printed quantity has three decimals. */
const quantity = { type: 'decimal', scale: 3 } as const;

/** Every column by its name, which means the same in every report that has it. */
export const REPORT_COLUMNS: Readonly<Record<ColumnName, ReportColumn>> = {
  Product: text,
  'Unit of Measure': text,
  'Units to be Reported': quantity,
  SKU: text,
  // Three decimals of the quantity, and as many as the rule's points per unit have: nine are enough for any price.
  Points: { type: 'decimal', scale: 12, unit: 'points' },
  Contract: text,
  Site: text,
  'Missing Hours': { ...quantity, unit: 'product-hours' },
  Customer: text,
  vcId: text,
  VM: text,
  Name: text,
  Host: text,
  Cluster: text,
  Start: instant,
  End: instant,
  Hours: { ...quantity, unit: 'hours' },
  'Power State': text,
  vCPU: { type: 'integer', unit: 'vCPUs' },
  'Memory GB': { ...quantity, unit: 'GB' },
  'Reservation GB': { ...quantity, unit: 'GB' },
  'Billed vRAM GB': { ...quantity, unit: 'GB' },
  License: text,
  'License Category': text,
  Services: text,
  'Used GB': { ...quantity, unit: 'GB' },
  'Raw TiB': { ...quantity, unit: 'TiB' },
  Edition: text,
  Features: text,
  'Usage Hour': { ...instant, published: true },
  'License Key': text,
  Quantity: quantity,
  'Unit of Measurement': text,
};
