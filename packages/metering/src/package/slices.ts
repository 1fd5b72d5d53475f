/** Checks a record against the rest of its package: its hour is listed, its span lies inside, no two spans of a thing overlap. */
import type { PackageHeader, PartKind, RecordOf } from '@meterhouse/contract';
import { HOUR, instantOf, parseInstant } from '../measures/month.ts';
import type { LineFault } from './line.ts';
import { Spans } from './spans.ts';

export class SliceCheck<Kind extends PartKind> {
  readonly #kind: Kind;
  /** `product hour` of the slices that may hold records, to the hour's instant. */
  readonly #open: ReadonlyMap<string, number>;
  readonly #things = new Map<string, Spans>();
  readonly #fault: LineFault;
  #lastHour = '';
  #lastProduct = '';
  #lastStart: number | undefined;
  #lastEnded = '';
  #lastEnd = Number.NaN;

  constructor(kind: Kind, header: PackageHeader, fault: LineFault) {
    this.#kind = kind;
    this.#fault = fault;
    this.#open = new Map(
      header.products.flatMap(({ id, hours }) =>
        hours
          .filter(({ status }) => status !== 'unreachable')
          .map(({ hour }) => [`${id} ${hour}`, instantOf(hour)] as const),
      ),
    );
  }

  /** True when nothing speaks against the record. */
  accepts(record: RecordOf[Kind]): boolean {
    if (record.hour !== this.#lastHour || record.product !== this.#lastProduct) {
      this.#lastHour = record.hour;
      this.#lastProduct = record.product;
      this.#lastStart = this.#open.get(`${record.product} ${record.hour}`);
    }
    const hour = this.#lastStart;
    if (hour === undefined) {
      this.#fault(
        'unlisted-hour',
        `the header lists no collected or partial hour ${record.hour} of product ${record.product}`,
        '/hour',
      );
      return false;
    }
    const started = record.started === record.hour ? hour : (parseInstant(record.started) ?? Number.NaN);
    const ended = this.#ended(record.ended);
    if (!(started >= hour && ended <= hour + HOUR && started < ended)) {
      this.#fault(
        'span-outside-hour',
        `[${record.started}, ${record.ended}) must be a span of at least a second inside its hour`,
        '/started',
      );
      return false;
    }
    const thing = `${record.product} ${this.#thing(record)}`;
    const spans = this.#things.get(thing) ?? new Spans();
    this.#things.set(thing, spans);
    if (spans.add(started, ended)) return true;
    this.#fault('overlapping-spans', 'overlaps another span of the same thing', '/started');
    return false;
  }

  /** Most spans end with their hour, as the one before did. */
  #ended(text: string): number {
    if (text !== this.#lastEnded) {
      this.#lastEnded = text;
      this.#lastEnd = parseInstant(text) ?? Number.NaN;
    }
    return this.#lastEnd;
  }

  #thing(record: RecordOf[PartKind]): string {
    if (this.#kind === 'vm' && 'vm' in record) return record.vm;
    if (this.#kind === 'host' && 'host' in record) return record.host;
    return record.cluster;
  }
}
