import type { ClusterState } from '../inventory/index.ts';
import type { Histories } from './histories.ts';
import type { HourScope } from './hour-lines.ts';
import { recordText } from './record-names.ts';
import { cutSpans } from './spans.ts';

/**
 * The `cluster` records of an hour: one for each span of a cluster with shared storage. One without has none: measures of
 * shared storage would take its cores as an entitlement that others may use up.
 */
export function* clusterLines(
  clusters: Histories<'cluster'>,
  nameOf: (id: string, plain: string) => string,
  { covered, head, clock }: HourScope,
): Generator<string, void, undefined> {
  for (const id of clusters.ids()) {
    let [started, ended, text] = [0, 0, { before: '', after: '' }];
    const line = () => `${text.before}${clock(started)}","ended":"${clock(ended)}${text.after}`;
    for (const { from, to, state } of clusters.of(id)) {
      if (!hasSharedStorage(state)) continue;
      const next = rendered(head, nameOf(id, state.name), state);
      for (const seen of cutSpans(covered, from, to)) {
        if (seen.from === ended && next.before === text.before && next.after === text.after) {
          ended = seen.to;
          continue;
        }
        if (ended > started) yield line();
        [started, ended, text] = [seen.from, seen.to, next];
      }
    }
    if (ended > started) yield line();
  }
}

function hasSharedStorage({ vsanUsedMib, vsanRawMib }: ClusterState): boolean {
  return vsanUsedMib > 0 || vsanRawMib > 0;
}

function rendered(head: string, name: string, cluster: ClusterState) {
  const { vsanUsedMib, vsanRawMib, features, edition } = cluster;
  return {
    before: `${head},"cluster":${JSON.stringify(name)},"started":"`,
    after: `","vsanUsedMib":${vsanUsedMib},"vsanRawMib":${vsanRawMib},"features":${JSON.stringify(features)},"edition":${JSON.stringify(recordText(edition))}}\n`,
  };
}
