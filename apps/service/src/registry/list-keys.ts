import type { MeterKeyItem, MeterPublicKey } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';

/** Every key that a meter has or had, newest first, and how many packages on record each signed. */
export async function listKeys(on: Queryable, meterId: string): Promise<MeterKeyItem[]> {
  const rows = await on.query<{
    epoch: number;
    kid: string;
    public_jwk: MeterPublicKey;
    bound_at: Date;
    superseded_at: Date | null;
    compromised_at: Date | null;
    packages: number;
  }>(
    `select k.epoch, k.kid, k.public_jwk, k.bound_at, k.superseded_at, k.compromised_at,
       (select count(*)::int from uploads u where u.meter_id = k.meter_id and u.epoch = k.epoch) as packages
     from meter_keys k where k.meter_id = $1 order by k.epoch desc`,
    [meterId],
  );
  return rows.map((row) => ({
    kid: row.kid,
    epoch: row.epoch,
    publicKey: row.public_jwk,
    boundAt: row.bound_at.toISOString(),
    ...(row.superseded_at === null ? {} : { supersededAt: row.superseded_at.toISOString() }),
    ...(row.compromised_at === null ? {} : { compromisedAt: row.compromised_at.toISOString() }),
    packages: row.packages,
  }));
}
