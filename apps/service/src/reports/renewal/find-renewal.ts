import type { Queryable } from '../../platform/database/types.ts';

/** Whose month is to be renewed, and how far it has come. */
export interface Renewal {
  readonly organisation_id: string;
  readonly agent_id: string;
  readonly wanted: bigint;
  readonly rendered: bigint;
  readonly rendered_at: Date | null;
}

export async function findRenewal(
  on: Queryable,
  meterId: string,
  month: string,
): Promise<Renewal | undefined> {
  const [row] = await on.query<Omit<Renewal, 'wanted' | 'rendered'> & { wanted: string; rendered: string }>(
    `select m.organisation_id, m.agent_id, r.wanted::text, r.rendered::text, r.rendered_at
       from report_renewals r
       join meters m on m.id = r.meter_id
      where r.meter_id = $1 and r.month = $2`,
    [meterId, `${month}-01`],
  );
  return row && { ...row, wanted: BigInt(row.wanted), rendered: BigInt(row.rendered) };
}
