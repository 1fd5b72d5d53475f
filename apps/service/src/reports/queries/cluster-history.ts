import type { Bindings } from './bindings.ts';
import { decimalSql, instantSql, thousandthsSql } from './decimal.ts';
import { printedSql, runsSql } from './runs.ts';
import { type HourRange, scopeSql } from './scope.ts';

const PRINTED = {
  used: thousandthsSql('vsanUsedMib', 1024),
  raw: thousandthsSql('vsanRawMib', 1_048_576),
  edition: 'edition',
  features: 'features',
} as const;

/** One row per span of a cluster in which nothing that is printed changed. Some clusters x 720 hours: no step before is needed. */
export function clusterHistory(
  { meterId, month }: { readonly meterId: string; readonly month: HourRange },
  bindings: Bindings,
): string {
  return `
SELECT
  toString(product) AS \`vcId\`, cluster AS \`Cluster\`, ${instantSql('began')} AS \`Start\`, ${instantSql('ceased')} AS \`End\`,
  ${decimalSql('used')} AS \`Used GB\`, ${decimalSql('raw')} AS \`Raw TiB\`, edition AS \`Edition\`,
  arrayStringConcat(features, ',') AS \`Features\`
FROM (
  SELECT product, cluster, first.1 AS began, final.2 AS ceased, ${printedSql(Object.keys(PRINTED))}
  FROM (
    SELECT product, cluster, ${runsSql}
    FROM (
      SELECT product, toString(cluster) AS cluster,
        arraySort(groupArray((started, ended, true, (${Object.values(PRINTED).join(', ')})))) AS spans
      FROM usage_cluster
      WHERE ${scopeSql(meterId, [month], bindings)}
      GROUP BY product, cluster
    )
  )
  ARRAY JOIN firsts AS first, finals AS final
)
ORDER BY \`vcId\`, \`Cluster\`, began`;
}
