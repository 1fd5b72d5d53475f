import { type PartKind, RECORDS } from '@meterhouse/contract';

/**
 * What the engine has to know of each kind of record. The field order is the contract's; the types are those of the tables,
 * with plain strings where a table has dictionaries. A test compares them with both.
 */
export type FieldType =
  | 'UUID'
  | 'DateTime'
  | 'String'
  | 'Codes'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'Power'
  | 'Category';

export interface Kind {
  readonly kind: PartKind;
  readonly table: string;
  /** The field that names the thing whose spans must not overlap. */
  readonly thing: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
  /** Names that must not be empty. */
  readonly named: readonly string[];
}

const TYPES: Readonly<Record<string, FieldType>> = {
  product: 'UUID',
  vm: 'UUID',
  hour: 'DateTime',
  started: 'DateTime',
  ended: 'DateTime',
  power: 'Power',
  licenseCategory: 'Category',
  services: 'Codes',
  features: 'Codes',
  vcpus: 'UInt16',
  sockets: 'UInt16',
  coresPerSocket: 'UInt16',
  memoryMib: 'UInt32',
  reservationMib: 'UInt32',
  runningVms: 'UInt32',
  storageMib: 'UInt64',
  vsanUsedMib: 'UInt64',
  vsanRawMib: 'UInt64',
};

function kind(name: PartKind, thing: string, named: readonly string[]): Kind {
  const fields = Object.keys(RECORDS[name].properties).map((field) => ({
    name: field,
    type: TYPES[field] ?? 'String',
  }));
  return Object.freeze({ kind: name, table: `usage_${name}`, thing, fields, named });
}

export const KINDS: { readonly [Name in PartKind]: Kind } = Object.freeze({
  vm: kind('vm', 'vm', ['name']),
  host: kind('host', 'host', ['host']),
  cluster: kind('cluster', 'cluster', ['cluster']),
});
export const KIND_NAMES = Object.freeze(Object.keys(KINDS)) as readonly PartKind[];

/** How many records of each kind. */
export type RecordCounts = Readonly<Record<PartKind, number>>;
export const NO_RECORDS: RecordCounts = Object.freeze({ vm: 0, host: 0, cluster: 0 });
