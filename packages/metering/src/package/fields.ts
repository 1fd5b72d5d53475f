/**
 * The records' fields as the plain reader checks them, compiled once from the contract's schemas, so that no limit is
 * written twice.
 */
import { type PartKind, RECORDS } from '@meterhouse/contract';

interface Named {
  readonly name: string;
  /** Its place in the record's field order. */
  readonly index: number;
}

/** A string: lengths in Unicode characters, inclusive. `plain`: the pattern only says "no control characters". */
export interface TextField extends Named {
  readonly type: 'text';
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp | undefined;
}
export interface IntegerField extends Named {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
}
export interface EnumField extends Named {
  readonly type: 'enum';
  readonly values: ReadonlySet<string>;
}
/** A set of codes, ascending. */
export interface CodesField extends Named {
  readonly type: 'codes';
  readonly max: number;
  readonly pattern: RegExp;
}
export type Field = TextField | IntegerField | EnumField | CodesField;

/** What the contract's schemas say of one property, as JSON Schema. */
interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: PropertySchema;
}

function field(name: string, index: number, schema: PropertySchema): Field {
  if (schema.enum) return { name, index, type: 'enum', values: new Set(schema.enum) };
  switch (schema.type) {
    case 'integer':
      return {
        name,
        index,
        type: 'integer',
        min: schema.minimum ?? 0,
        max: schema.maximum ?? Number.MAX_SAFE_INTEGER,
      };
    case 'array':
      return {
        name,
        index,
        type: 'codes',
        max: schema.maxItems ?? 0,
        pattern: new RegExp(schema.items?.pattern ?? '^$'),
      };
    case 'string':
      return {
        name,
        index,
        type: 'text',
        min: schema.minLength ?? 0,
        max: schema.maxLength ?? Number.MAX_SAFE_INTEGER,
        // Control characters have a fault of their own, so the pattern that only refuses them is not asked again.
        pattern:
          schema.pattern === undefined || schema.pattern.startsWith('^[^')
            ? undefined
            : new RegExp(schema.pattern),
      };
    default:
      throw new TypeError(`the contract gives ${name} a type that records do not have`);
  }
}

function fields(kind: PartKind): readonly Field[] {
  const properties: Record<string, PropertySchema> = RECORDS[kind].properties;
  return Object.entries(properties).map(([name, schema], index) => field(name, index, schema));
}

/** Each kind's fields, in the contract's order. */
export const FIELDS: { readonly [Kind in PartKind]: readonly Field[] } = Object.freeze({
  vm: fields('vm'),
  host: fields('host'),
  cluster: fields('cluster'),
});
