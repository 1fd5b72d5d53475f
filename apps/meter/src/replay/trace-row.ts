import { parseInstant } from '@meterhouse/metering';
import { MeterError } from '../identity/meter-error.ts';

export interface TraceRow {
  readonly vm: string;
  readonly customer: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Unix seconds, whole. */
  readonly on: number;
  readonly off: number;
}

const REQUIRED = ['vm', 'vcpus', 'memory_mib', 'powered_on', 'powered_off'] as const;
const KNOWN: readonly string[] = [...REQUIRED, 'customer'];
const INTEGER = /^\d{1,10}$/;
/** Usage is counted in whole seconds, so an instant is cut to the one it lies in. */
const FRACTION = /\.\d+Z$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused; a tab would forge a report column
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Words that reports use for "no customer", so no label can be one of them. */
const RESERVED_LABELS = new Set(['n/a', 'No Customer Label', '-']);
const UINT16 = 65_535;
const UINT32 = 4_294_967_295;

/**
 * Gives a reader for the rows below this header line. The reader tells `fault` everything that is wrong with a row, with
 * its line and column, and gives undefined for it.
 * @throws MeterError `trace-refused` when the header lacks a column or has one that is not known
 */
export function traceRowReader(header: readonly string[], fault: (text: string) => void) {
  const names = header.map((name) => name.trim());
  const faults = [
    ...REQUIRED.filter((name) => !names.includes(name)).map(
      (name) => `line 1: the column ${name} is missing`,
    ),
    ...names
      .filter((name) => !KNOWN.includes(name))
      .map((name) => `line 1: the column "${name}" is not known`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `line 1: the column ${name} stands twice`),
  ];
  if (faults.length > 0) {
    throw new MeterError(
      'trace-refused',
      'The first line must name the columns vm,[customer,]vcpus,memory_mib,powered_on,powered_off.',
      faults,
    );
  }
  const place = Object.fromEntries(names.map((name, index) => [name, index]));

  return (record: readonly string[], line: number): TraceRow | undefined => {
    if (record.length !== names.length) {
      fault(`line ${line}: ${record.length} values, ${names.length} columns`);
      return undefined;
    }
    let sound = true;
    const wrong = (column: string, message: string) => {
      sound = false;
      fault(`line ${line}, ${column}: ${message}`);
    };
    const value = (column: string) => record[place[column] ?? -1] ?? '';
    const label = (column: string) => {
      const text = value(column);
      if (CONTROL.test(text)) wrong(column, 'holds a control character');
      // "vm-" goes before a machine's name and the whole is at most 512 characters.
      else if (text.length > 170) wrong(column, 'is longer than 170 characters');
      return text;
    };
    const integer = (column: string, most: number) => {
      const text = value(column);
      const number = Number(text);
      if (!INTEGER.test(text) || number > most)
        wrong(column, `"${text}" is not an integer from 0 to ${most}`);
      return number;
    };
    const instant = (column: string) => {
      const text = value(column);
      const seconds = parseInstant(text.length === 20 ? text : text.replace(FRACTION, 'Z'));
      if (seconds !== undefined && seconds >= 0 && seconds <= UINT32) return seconds;
      wrong(column, `"${text}" is not an instant such as 2023-01-01T05:00:30Z`);
      return 0;
    };
    const vm = label('vm');
    if (vm === '') wrong('vm', 'is empty');
    const customer = label('customer');
    if (RESERVED_LABELS.has(customer)) wrong('customer', `"${customer}" cannot be a label`);
    const row = {
      vm,
      customer,
      vcpus: integer('vcpus', UINT16),
      memoryMib: integer('memory_mib', UINT32),
      on: instant('powered_on'),
      off: instant('powered_off'),
    };
    if (sound && row.off < row.on) wrong('powered_off', 'lies before powered_on');
    return sound ? row : undefined;
  };
}
