/**
 * A trace of virtual machines, read into columns of numbers: 259,000 machines are 6 MB, not 259,000 objects.
 *
 *   vm,[customer,]vcpus,memory_mib,powered_on,powered_off      one row a machine, UTC, powered_off exclusive
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { MeterError } from '../identity/meter-error.ts';
import { NumberColumn } from './number-column.ts';
import { traceRowReader } from './trace-row.ts';

export interface Trace {
  /** SHA-256 of the file as it lies on disk: the same file is the same trace. */
  readonly digest: string;
  readonly count: number;
  /** What the trace calls each machine. */
  readonly names: readonly string[];
  /** The customers it names, and for each machine the one it is of; '' for none. */
  readonly customers: readonly string[];
  readonly customer: Uint32Array;
  readonly vcpus: Uint32Array;
  readonly memoryMib: Uint32Array;
  /** Unix seconds, whole; on ≤ off. */
  readonly on: Uint32Array;
  readonly off: Uint32Array;
  /** The machines in the order of their arrival. */
  readonly arrivals: Uint32Array;
}

/** Faults that are named; the rest is counted. */
const FAULTS_KEPT = 50;

/**
 * Reads a trace, plain or gzip (a name that ends in `.gz`).
 * @throws MeterError `trace-refused` with every fault and its line
 */
export async function readTrace(path: string): Promise<Trace> {
  const digest = createHash('sha256');
  const faults: string[] = [];
  let faultCount = 0;
  const fault = (text: string) => {
    faultCount += 1;
    if (faults.length < FAULTS_KEPT) faults.push(text);
  };
  const names: string[] = [];
  const seen = new Set<string>();
  const customers = new Map<string, number>([['', 0]]);
  const columns = {
    customer: new NumberColumn(),
    vcpus: new NumberColumn(),
    memoryMib: new NumberColumn(),
    on: new NumberColumn(),
    off: new NumberColumn(),
  };
  const file = createReadStream(path);
  file.on('data', (chunk) => digest.update(chunk));
  const rows = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true });
  const reading = path.endsWith('.gz') ? pipeline(file, createGunzip(), rows) : pipeline(file, rows);
  // The loop below sees the error as well; this keeps it from being unhandled until then.
  reading.catch(() => {});
  let readRow: ReturnType<typeof traceRowReader> | undefined;
  try {
    for await (const { record, info } of rows as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (readRow === undefined) {
        readRow = traceRowReader(record, fault);
        continue;
      }
      const row = readRow(record, info.lines);
      if (row === undefined) continue;
      if (seen.has(row.vm)) {
        fault(`line ${info.lines}, vm: "${row.vm}" has a row already; one row a machine`);
        continue;
      }
      seen.add(row.vm);
      names.push(row.vm);
      let customer = customers.get(row.customer);
      if (customer === undefined) {
        customer = customers.size;
        customers.set(row.customer, customer);
      }
      columns.customer.push(customer);
      columns.vcpus.push(row.vcpus);
      columns.memoryMib.push(row.memoryMib);
      columns.on.push(row.on);
      columns.off.push(row.off);
    }
    await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new MeterError('trace-refused', `There is no file ${path}.`);
    }
    if (error instanceof MeterError) throw error;
    fault((error as Error).message);
  }
  if (names.length === 0 && faultCount === 0) fault('there is no row in it');
  if (faultCount > 0) {
    throw new MeterError(
      'trace-refused',
      `The trace ${path} has ${faultCount} fault${faultCount === 1 ? '' : 's'}${
        faultCount > faults.length ? `, of which these are the first ${faults.length}` : ''
      }.`,
      faults,
    );
  }
  const on = columns.on.values();
  return {
    digest: digest.digest('hex'),
    count: names.length,
    names,
    customers: [...customers.keys()],
    customer: columns.customer.values(),
    vcpus: columns.vcpus.values(),
    memoryMib: columns.memoryMib.values(),
    on,
    off: columns.off.values(),
    arrivals: Uint32Array.from(names, (_, index) => index).sort((a, b) => on[a]! - on[b]! || a - b),
  };
}
