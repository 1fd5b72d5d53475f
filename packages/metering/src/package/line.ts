/**
 * The strict parser of one NDJSON line. JSON.parse forgives what a bill cannot (a key that stands twice, 4.0 for 4, 1e3), and
 * stops at the first fault, so lines are read here, once, straight into the contract's fields; every fault of a line is told.
 */
import { LIMITS, type PartKind, type RecordOf } from '@meterhouse/contract';
import { pointerPart } from '../schema-faults.ts';
import type { FaultCode } from './faults.ts';
import { FIELDS, type Field, type TextField } from './fields.ts';
import { BadJson, JsonCursor } from './json-cursor.ts';

/** Told of each fault of the line that is being read. */
export type LineFault = (code: FaultCode, message: string, pointer: string) => void;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

export class LineParser<Kind extends PartKind> {
  readonly #fields: readonly Field[];
  readonly #byName: ReadonlyMap<string, Field>;
  /** `"product"`, …: what stands next in a line that keeps the field order. */
  readonly #keys: readonly string[];
  /** The last good value of each text field: most lines repeat it, and a comparison is cheaper than a pattern. */
  readonly #good: string[] = [];
  /** A copy of it has all fields at their places, which is several times faster than to add them one by one. */
  readonly #blank: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly #cursor = new JsonCursor();
  readonly #fault: LineFault;

  constructor(kind: Kind, fault: LineFault) {
    this.#fields = FIELDS[kind];
    this.#byName = new Map(this.#fields.map((field) => [field.name, field]));
    this.#blank = Object.fromEntries(this.#fields.map((field) => [field.name, undefined]));
    this.#keys = this.#fields.map((field) => `"${field.name}"`);
    this.#fault = fault;
  }

  /** Reads one line, without its LF. Undefined unless it is without fault. */
  parse(text: string): RecordOf[Kind] | undefined {
    if (text.length === 0) return this.#refuse('empty-line', 'is empty');
    if (text.charCodeAt(0) === 0xfeff)
      return this.#refuse('byte-order-mark', 'starts with a byte order mark; write plain UTF-8');
    if (text.endsWith('\r')) return this.#refuse('control-character', 'ends in CR LF; end lines in LF alone');
    try {
      return this.#record(text);
    } catch (error) {
      if (error instanceof BadJson) return this.#refuse('bad-json', error.message);
      throw error;
    }
  }

  #refuse(code: FaultCode, message: string): undefined {
    this.#fault(code, message, '');
  }

  #record(text: string): RecordOf[Kind] | undefined {
    const cursor = this.#cursor;
    const record = { ...this.#blank };
    let seen = 0;
    let good = true;
    cursor.start(text);
    cursor.expect(OPEN, 'an object');
    const empty = cursor.accept(CLOSE);
    for (let more = !empty, next = 0; more; more = cursor.accept(COMMA)) {
      const field = this.#field(next);
      cursor.expect(COLON, '":" after the key');
      if (field === undefined) {
        good = false;
        cursor.skip();
        continue;
      }
      next = field.index + 1;
      if (seen & (1 << field.index)) {
        good = false;
        this.#fault('duplicate-key', `${field.name} stands twice`, `/${field.name}`);
      }
      seen |= 1 << field.index;
      const value = this.#value(field);
      if (value === undefined) good = false;
      else record[field.name] = value;
    }
    if (!empty) cursor.expect(CLOSE, '"," or "}"');
    cursor.end();
    for (const { name, index } of this.#fields)
      if (!(seen & (1 << index))) {
        good = false;
        this.#fault('missing-field', `${name} is missing`, `/${name}`);
      }
    if (record.power === 'on' && record.host === '') {
      good = false;
      this.#fault('bad-value', 'a VM that is powered on runs on a host; name it', '/host');
    }
    if (!good) return undefined;
    // The copy of the blank has the contract's order, whatever the line's.
    if (JSON.stringify(record) === text) return record as unknown as RecordOf[Kind];
    return this.#refuse(
      'not-canonical',
      'is not JSON.stringify of its record: keep the field order, no spaces, no needless escapes',
    );
  }

  /** Reads a key. Undefined, and told, when it is no field of the kind. */
  #field(next: number): Field | undefined {
    const expected = this.#keys[next];
    if (expected !== undefined && this.#cursor.acceptText(expected)) return this.#fields[next];
    const name = this.#cursor.string();
    const field = this.#byName.get(name);
    if (field === undefined)
      this.#fault(
        'unknown-field',
        `${JSON.stringify(name)} is not a field of this record`,
        `/${pointerPart(name)}`,
      );
    return field;
  }

  #value(field: Field): string | number | readonly string[] | undefined {
    switch (field.type) {
      case 'integer':
        return this.#integer(field.name, field.min, field.max);
      case 'codes':
        return this.#codes(field);
      default: {
        if (this.#cursor.peek() !== QUOTE) return this.#wrongType(field.name, 'must be a string');
        const text = this.#cursor.string();
        if (this.#cursor.control) {
          this.#fault('control-character', 'holds a control character or a line separator', `/${field.name}`);
          return undefined;
        }
        if (field.type === 'text') return this.#text(field, text);
        if (field.values.has(text)) return text;
        this.#fault('bad-value', `must be one of ${[...field.values].join(', ')}`, `/${field.name}`);
        return undefined;
      }
    }
  }

  #text(field: TextField, text: string): string | undefined {
    if (text === this.#good[field.index]) return text;
    const long = text.length > field.max && [...text].length > field.max;
    if (text.length < field.min || long) {
      this.#fault('out-of-range', `must have ${field.min} to ${field.max} characters`, `/${field.name}`);
      return undefined;
    }
    if (field.pattern && !field.pattern.test(text)) {
      this.#fault('bad-value', `must match ${field.pattern.source}`, `/${field.name}`);
      return undefined;
    }
    this.#good[field.index] = text;
    return text;
  }

  #integer(name: string, min: number, max: number): number | undefined {
    const cursor = this.#cursor;
    const small = cursor.smallInteger();
    if (small !== undefined && small >= min && small <= max) return small;
    if (small !== undefined) return this.#outOfRange(name, min, max);
    if (!cursor.atNumber()) return this.#wrongType(name, 'must be a number');
    const token = cursor.number();
    if (/[.eE]/.test(token)) {
      this.#fault('wrong-type', 'must be a whole number, written without fraction and exponent', `/${name}`);
      return undefined;
    }
    const value = Number(token);
    if (token.charCodeAt(0) === 45 || value < min || value > max) return this.#outOfRange(name, min, max);
    return value;
  }

  #outOfRange(name: string, min: number, max: number): undefined {
    this.#fault('out-of-range', `must be ${min} to ${max}`, `/${name}`);
  }

  #codes(field: Extract<Field, { type: 'codes' }>): readonly string[] | undefined {
    const cursor = this.#cursor;
    if (cursor.peek() !== OPEN_LIST) return this.#wrongType(field.name, 'must be a list of strings');
    const codes: string[] = [];
    let good = true;
    cursor.expect(OPEN_LIST, 'a list');
    for (let more = !cursor.accept(CLOSE_LIST), index = 0; more; index++) {
      const pointer = `/${field.name}/${index}`;
      if (cursor.peek() !== QUOTE) {
        cursor.skip();
        good = false;
        this.#fault('wrong-type', 'must be a string', pointer);
      } else {
        const code = cursor.string();
        const previous = codes[codes.length - 1];
        if (!field.pattern.test(code)) {
          good = false;
          this.#fault(
            cursor.control ? 'control-character' : 'bad-value',
            `must match ${field.pattern.source}`,
            pointer,
          );
        } else if (previous !== undefined && previous >= code) {
          good = false;
          this.#fault(
            'bad-value',
            'must come after the one before; list codes ascending, each once',
            pointer,
          );
        } else codes.push(code);
      }
      more = cursor.accept(COMMA);
      if (!more) cursor.expect(CLOSE_LIST, '"," or "]"');
    }
    if (codes.length > field.max) {
      good = false;
      this.#fault('out-of-range', `must have at most ${LIMITS.codes} entries`, `/${field.name}`);
    }
    return good ? codes : undefined;
  }

  #wrongType(name: string, message: string): undefined {
    this.#fault('wrong-type', message, `/${name}`);
    this.#cursor.skip();
  }
}
