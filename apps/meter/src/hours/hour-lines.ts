/**
 * The records of one hour of one product as NDJSON, byte for byte as `recordLine` writes them. What is constant of a line is
 * rendered once, and is at the same time how spans are told apart: equal text, no new span.
 *
 * Lines are to be taken machines first: hosts say how many machines ran on them, and that is counted on the way.
 */
import type { PartKind } from '@meterhouse/contract';
import { formatInstant, HOUR } from '@meterhouse/metering';
import { clockText, DAY } from '../days/index.ts';
import { clusterLines } from './cluster-lines.ts';
import { Histories } from './histories.ts';
import { hostLines } from './host-lines.ts';
import { HostViews } from './host-views.ts';
import { machineLines } from './machine-lines.ts';
import type { Privacy } from './privacy.ts';
import { distinctNames, RecordNames } from './record-names.ts';
import type { Span } from './spans.ts';
import type { Mutation, Tree } from './tree.ts';

export interface HourContent {
  /** Start of the hour, Unix seconds. */
  readonly hour: number;
  readonly product: string;
  /** What was seen of it. */
  readonly covered: readonly Span[];
  /** At the hour's start. */
  readonly base: Tree;
  /** Ascending; later ones are not looked at. */
  readonly mutations: readonly Mutation[];
  readonly privacy: Privacy;
}

/** What the lines of every kind need. */
export interface HourScope {
  readonly hour: number;
  readonly end: number;
  readonly covered: readonly Span[];
  /** `{"product":"…","hour":"…"`: how every line begins. */
  readonly head: string;
  /** Writes an instant of this hour, its end included. */
  readonly clock: (seconds: number) => string;
  readonly names: RecordNames;
}

export interface HourLines {
  /** Lines with their LF, kind after kind, `vm` first. */
  readonly lines: { readonly [Kind in PartKind]: () => Generator<string, void, undefined> };
  /** Machines that share their UUID with another at the same time; the seconds of the later one are not told. */
  readonly twins: () => readonly string[];
}

export function hourLines({ hour, product, covered, base, mutations, privacy }: HourContent): HourLines {
  const end = hour + HOUR;
  const names = new RecordNames(privacy, hour);
  const scope: HourScope = {
    hour,
    end,
    covered,
    head: `{"product":"${product}","hour":"${formatInstant(hour)}"`,
    clock: clockText(Math.floor(hour / DAY) * DAY),
    names,
  };
  const machines = new Histories('machine', base, mutations, hour, end);
  const hosts = new Histories('host', base, mutations, hour, end);
  const clusters = new Histories('cluster', base, mutations, hour, end);
  const clusterName = distinctNames('cluster', clusters, names, product);
  const views = new HostViews(
    hosts,
    clusters,
    { host: distinctNames('host', hosts, names, product), cluster: clusterName },
    scope,
  );
  const twins: string[] = [];
  return {
    lines: {
      vm: () => machineLines(machines, views, scope, twins),
      host: () => hostLines(views, scope),
      cluster: () => clusterLines(clusters, clusterName, scope),
    },
    twins: () => twins,
  };
}
