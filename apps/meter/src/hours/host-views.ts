/** Hosts of one hour: the texts that lines of machines take from them, and the count of what ran on them. */
import type { ClusterState, HostState } from '../inventory/index.ts';
import type { Histories } from './histories.ts';
import { nearest, stretchesOf } from './host-stretches.ts';
import type { HourScope } from './hour-lines.ts';
import { recordText } from './record-names.ts';
import { cutSpans, type Span } from './spans.ts';

/** What a machine's line says of its host, while that is the same. */
export interface HostView extends Span {
  /** `,"host":"…","cluster":"…"` */
  readonly place: string;
  /** `"license":"…","licenseCategory":"…","edition":"…"` */
  readonly license: string;
}

/** A span of a host's record: nothing about it changes, and it was seen. */
export interface HostPiece extends Span {
  /** What stands before and after the times. */
  readonly before: string;
  readonly after: string;
  readonly model: string;
  /** Machines that were on on it at any moment of the span, each once. */
  running: number;
  lastMachine: number;
}

/** A machine that is on, and whose host is not told at all in this hour, says so: a record must name one. */
export const UNKNOWN_HOST = 'unknown';

export class HostViews {
  readonly #views = new Map<string, readonly HostView[]>();
  readonly #pieces = new Map<string, readonly HostPiece[]>();

  constructor(
    hosts: Histories<'host'>,
    clusters: Histories<'cluster'>,
    names: { readonly [Kind in 'host' | 'cluster']: (id: string, plain: string) => string },
    scope: HourScope,
  ) {
    for (const id of hosts.ids()) {
      const stretches = stretchesOf(hosts.of(id), clusters);
      if (stretches.length === 0) continue;
      const views: HostView[] = [];
      const pieces: HostPiece[] = [];
      for (const { from, to, host, cluster } of stretches) {
        const place = `,"host":${JSON.stringify(names.host(id, host.name))},"cluster":${JSON.stringify(clusterText(cluster, names.cluster))}`;
        const license = scope.names.shared('license', host.license.key);
        views.push({ from, to, place, license: licenseText(host, license) });
        addPieces(pieces, { from, to }, place, host, license, scope);
      }
      this.#views.set(id, views);
      this.#pieces.set(id, pieces);
    }
  }

  /** What [from, to) of a machine on this host takes from it. */
  of(
    host: string | undefined,
    from: number,
    to: number,
  ): readonly (Span & { readonly item: HostView | undefined })[] {
    return nearest((host === undefined ? undefined : this.#views.get(host)) ?? [], from, to);
  }

  /** Counts a machine that was on on a host. Machines are told one after another, each with a number of its own. */
  ran(host: string, from: number, to: number, machine: number): void {
    for (const piece of this.#pieces.get(host) ?? []) {
      if (piece.from >= to || piece.to <= from || piece.lastMachine === machine) continue;
      piece.lastMachine = machine;
      piece.running += 1;
    }
  }

  *pieces(): Generator<HostPiece, void, undefined> {
    for (const pieces of this.#pieces.values()) yield* pieces;
  }
}

function clusterText(cluster: ClusterState | undefined, name: (id: string, plain: string) => string): string {
  return cluster === undefined ? '' : name(cluster.id, cluster.name);
}

function licenseText({ license: { category, edition } }: HostState, key: string): string {
  return `"license":${JSON.stringify(key)},"licenseCategory":"${category}","edition":${JSON.stringify(recordText(edition))}`;
}

/** Cuts a stretch at what was seen, and joins it to the one before when their records say the same. */
function addPieces(
  pieces: HostPiece[],
  stretch: Span,
  place: string,
  host: HostState,
  license: string,
  { covered, head }: HourScope,
): void {
  const { sockets, coresPerSocket, memoryMib, model } = host;
  const { category, sku } = host.license;
  const before = `${head}${place},"started":"`;
  const after = `","sockets":${sockets},"coresPerSocket":${coresPerSocket},"memoryMib":${memoryMib},"license":${JSON.stringify(license)},"licenseCategory":"${category}","sku":${JSON.stringify(recordText(sku))},"runningVms":`;
  for (const { from, to } of cutSpans(covered, stretch.from, stretch.to)) {
    const last = pieces.at(-1);
    if (last?.to === from && last.before === before && last.after === after && last.model === model)
      pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from, to, before, after, model, running: 0, lastMachine: -1 });
  }
}
