import { type AddonForm, CORES_PER_SOCKET } from '@meterhouse/metering';
import { coresSql, countedHostsSql } from './counted-hosts.ts';

const MIB_PER_TIB = 1_048_576;

export interface EntitledSql {
  /** TiB for each core licence, a quotient of two bound integers. */
  readonly numerator: string;
  readonly denominator: string;
  readonly addon: AddonForm;
}

/**
 * Raw capacity beyond what the core licences of a cluster entitle to, whole TiB, up; of the highest hour, which may be below
 * 0. In an hour a cluster counts by its last span, and has the licences of the hosts of its name that count then. Integers of
 * 256 bits, since an entitlement may have many decimals.
 */
export function vsanRawAddon(
  scope: string,
  taken: string,
  { numerator, denominator, addon }: EntitledSql,
): string {
  const raw = `toInt256(raw) * ${denominator}`;
  const entitled = `toInt256(licences) * ${numerator} * ${MIB_PER_TIB}`;
  const beyond = ceilSql(`${raw} - ${entitled}`, `${MIB_PER_TIB} * ${denominator}`);
  const tebibytes =
    addon === 'difference'
      ? beyond
      : `if(${raw} > ${entitled}, ${ceilSql('toInt256(raw)', `toInt256(${MIB_PER_TIB})`)}, toInt256(0))`;
  return `
SELECT toString(max(tebibytes)) AS numerator
FROM (
  SELECT hour, sum(${tebibytes}) AS tebibytes
  FROM (
    SELECT product, hour, cluster, last.1 AS raw, last.2 AS edition, last.3 AS features
    FROM (
      SELECT product, hour, toString(cluster) AS cluster, argMax((vsanRawMib, edition, features), started) AS last
      FROM usage_cluster
      WHERE ${scope}
      GROUP BY product, hour, cluster
    )
  ) AS clusters
  LEFT JOIN (
    SELECT product, hour, toString(cluster) AS cluster, sum(${coresSql(CORES_PER_SOCKET)}) AS licences
    FROM ${countedHostsSql(scope)}
    GROUP BY product, hour, cluster
  ) AS hosts
  USING (product, hour, cluster)
  WHERE ${taken}
  GROUP BY hour
)`;
}

/** Rounds towards positive infinity; the engine divides integers towards zero. */
function ceilSql(numerator: string, denominator: string): string {
  return `(intDiv(${numerator}, ${denominator}) + if(${numerator} > 0 AND (${numerator}) % (${denominator}) != 0, 1, 0))`;
}
