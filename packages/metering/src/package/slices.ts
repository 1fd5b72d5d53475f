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
    const hour = this.#open.get(`${record.product} ${record.hour}`);
    if (hour === undefined) {
      this.#fault(
        'unlisted-hour',
        `the header lists no collected or partial hour ${record.hour} of product ${record.product}`,
        '/hour',
      );
      return false;
    }
    const started = parseInstant(record.started) ?? Number.NaN;
    const ended = parseInstant(record.ended) ?? Number.NaN;
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

  #thing(record: RecordOf[PartKind]): string {
    if (this.#kind === 'vm' && 'vm' in record) return record.vm;
    if (this.#kind === 'host' && 'host' in record) return record.host;
    return record.cluster;
  }
}
