/**
 * Member 1 as text: read, check, write. It must be byte for byte its own canonical form, which rules out duplicate keys,
 * floats and every second spelling before a signature is looked at.
 */
import { type Correction, type PackageHeader, type PackageProduct, SignedHeader } from '@meterhouse/contract';
import { Compile } from 'typebox/compile';
import { HOUR, type Month, parseInstant, parseMonth } from '../measures/month.ts';
import { schemaFaults } from '../schema-faults.ts';
import { canonical } from './canonical.ts';
import type { FaultLog } from './faults.ts';

const schema = Compile(SignedHeader);

/** The text of member 1. */
export function headerLine(signed: SignedHeader): string {
  return `${canonical(signed)}\n`;
}

/** Reads member 1; every fault goes to `log`, and undefined is answered unless there is none. */
export function parseHeader(text: string, log: FaultLog): SignedHeader | undefined {
  const before = log.total;
  if (text.startsWith('\ufeff')) {
    log.add('header', 'byte-order-mark', 'starts with a byte order mark; write plain UTF-8', 1);
    return undefined;
  }
  if (text.indexOf('\n') !== text.length - 1) {
    log.add('header', 'bad-header', 'must be exactly one line that ends in LF', 1);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    log.add('header', 'bad-json', error instanceof Error ? error.message : 'is not JSON', 1);
    return undefined;
  }
  if (canonicalLine(value) !== text)
    log.add(
      'header',
      'not-canonical',
      'must be its own RFC 8785 canonical form: keys sorted and once each, no spaces',
      1,
    );
  for (const fault of schemaFaults(schema, value))
    log.add('header', fault.code, fault.message, 1, fault.pointer);
  if (!schema.Check(value)) return undefined;
  checkHeader(value.package, log);
  return log.total === before ? value : undefined;
}

/** What a schema cannot say: the header's parts must agree with each other. */
export function checkHeader(header: PackageHeader, log: FaultLog): void {
  const fault = (pointer: string, message: string) =>
    log.add('header', 'bad-value', message, 1, `/package${pointer}`);
  const month = parseMonth(header.month);
  if (parseInstant(header.createdAt) === undefined) fault('/createdAt', 'is no time of the calendar');
  if ((header.number === 1) !== (header.previous === null))
    fault(
      '/previous',
      'must be null for number 1 of an epoch, and the digest of the package before for every other',
    );
  for (const [index, part] of header.parts.entries())
    if (header.parts.findIndex((other) => other.kind === part.kind) < index)
      fault(`/parts/${index}/kind`, `${part.kind} has a part already; each kind stands once`);
  const seen = new Set<string>();
  for (const [index, product] of header.products.entries()) {
    if (seen.has(product.id))
      fault(`/products/${index}/id`, 'stands in the list already; each product stands once');
    seen.add(product.id);
    checkProduct(product, month, (pointer, message) => fault(`/products/${index}${pointer}`, message));
  }
  checkCorrections(header.corrects ?? [], header.products, fault);
}

type Report = (pointer: string, message: string) => void;

function checkProduct(product: PackageProduct, month: Month, fault: Report): void {
  const inMonth = (hour: number | undefined) =>
    hour !== undefined && hour >= month.first && hour < month.last;
  if (product.retired !== undefined && !inMonth(parseInstant(product.retired)))
    fault('/retired', `is no hour of ${month.name}`);
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, listed] of product.hours.entries()) {
    const at = `/hours/${index}`;
    const hour = parseInstant(listed.hour);
    if (hour === undefined || !inMonth(hour)) {
      fault(`${at}/hour`, `is no hour of ${month.name}`);
      continue;
    }
    if (hour <= previous)
      fault(`${at}/hour`, 'is not after the hour before; list hours ascending, each once');
    previous = hour;
    if (listed.reason !== undefined && listed.status === 'collected')
      fault(`${at}/reason`, 'a collected hour has none');
    if ((listed.covered === undefined) === (listed.status === 'partial'))
      fault(`${at}/covered`, 'a partial hour names what it covered, and no other does');
    let end = hour;
    for (const [span, [from, to]] of (listed.covered ?? []).entries()) {
      const [start, stop] = [parseInstant(from) ?? Number.NaN, parseInstant(to) ?? Number.NaN];
      if (!(start >= end && stop > start && stop <= hour + HOUR))
        fault(
          `${at}/covered/${span}`,
          'must be [from, to) inside the hour, ascending, apart from the one before',
        );
      else end = stop;
    }
  }
}

function checkCorrections(
  corrects: readonly Correction[],
  products: readonly PackageProduct[],
  fault: Report,
): void {
  const listed = new Set(products.flatMap(({ id, hours }) => hours.map(({ hour }) => `${id} ${hour}`)));
  const seen = new Set<string>();
  for (const [index, { product, hour }] of corrects.entries()) {
    const slice = `${product} ${hour}`;
    if (seen.has(slice)) fault(`/corrects/${index}`, 'corrects a slice that is corrected already');
    if (!listed.has(slice)) fault(`/corrects/${index}`, 'corrects an hour that the package does not list');
    seen.add(slice);
  }
}

function canonicalLine(value: unknown): string | undefined {
  try {
    return `${canonical(value)}\n`;
  } catch {
    return undefined;
  }
}
