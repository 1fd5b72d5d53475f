/**
 * What the measures compute on: the records of a package with their times as Unix seconds and the type of their product.
 * Spans of one thing do not overlap and lie inside one hour.
 */
import type { ClusterRecord, HostRecord, PartKind, RecordOf, VmRecord } from '@meterhouse/contract';
import { instantOf } from './month.ts';

export type Span<Kind extends PartKind> = Omit<RecordOf[Kind], 'hour' | 'started' | 'ended'> & {
  readonly productType: string;
  /** Starts of the hour and the span, end of the span, in Unix seconds. */
  readonly hour: number;
  readonly started: number;
  readonly ended: number;
};
export type VmSpan = Span<'vm'>;
export type HostSpan = Span<'host'>;
export type ClusterSpan = Span<'cluster'>;

/** The span of a record that has been checked. */
export function spanOf(record: VmRecord, productType: string): VmSpan;
export function spanOf(record: HostRecord, productType: string): HostSpan;
export function spanOf(record: ClusterRecord, productType: string): ClusterSpan;
export function spanOf<Kind extends PartKind>(
  record: RecordOf[Kind],
  productType: string,
): Omit<RecordOf[Kind], 'hour' | 'started' | 'ended'> {
  const span = {
    productType,
    hour: instantOf(record.hour),
    started: instantOf(record.started),
    ended: instantOf(record.ended),
  };
  return { ...record, ...span };
}

/** How long a span is, in seconds. */
export function secondsOf(span: { readonly started: number; readonly ended: number }): bigint {
  return BigInt(span.ended - span.started);
}
