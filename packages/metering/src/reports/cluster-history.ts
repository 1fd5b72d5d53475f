/** Cluster History: as the VM history, of clusters. Used: MiB / 1024. Raw: MiB / 1,048,576. Features are joined by ",". */
import { REPORTS } from '@meterhouse/contract';
import { roundHalfAway } from '../measures/decimal.ts';
import type { ClusterSpan } from '../measures/spans.ts';
import { mergeHistory } from './history.ts';
import type { Share } from './meter-month.ts';
import { compareText, type Row, sortRows } from './order.ts';

export function clusterHistory(shares: readonly Share[]): readonly Row[] {
  const ascending = shares
    .flatMap(({ clusters }) => clusters)
    .toSorted(
      (a, b) =>
        compareText(a.product, b.product) || compareText(a.cluster, b.cluster) || a.started - b.started,
    );
  const rows = mergeHistory(
    ascending.map((span) => ({
      started: span.started,
      ended: span.ended,
      before: [span.product, span.cluster],
      after: after(span),
    })),
    () => [],
  );
  return sortRows(rows, REPORTS.CLUSTER_HISTORY.columns, REPORTS.CLUSTER_HISTORY.key);
}

function after({ vsanUsedMib, vsanRawMib, edition, features }: ClusterSpan): Row {
  return [
    roundHalfAway({ numerator: BigInt(vsanUsedMib), denominator: 1024n }),
    roundHalfAway({ numerator: BigInt(vsanRawMib), denominator: 1_048_576n }),
    edition,
    features.join(','),
  ];
}
