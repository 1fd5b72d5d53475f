import type { PackageProduct } from '@meterhouse/contract';
import type { Transaction } from '../../platform/database/index.ts';

/**
 * Notes what a package says of its products: first hour listed, each retirement. Order does not matter: a product whose
 * retirement is told before any of its hours begins and ends with it, until an earlier hour comes.
 */
export async function noteProducts(
  transaction: Transaction,
  meterId: string,
  products: readonly PackageProduct[],
): Promise<void> {
  const rows = products
    .map(({ id, type, version, retired, hours }) => ({
      id,
      type,
      version,
      first: hours[0]?.hour ?? retired,
      retired,
    }))
    .filter(({ first }) => first !== undefined);
  if (rows.length === 0) return;
  await transaction.query(
    `insert into products (meter_id, product, type, version, first_hour)
     select $1, r.id, r.type, r.version, r.first
     from jsonb_to_recordset($2) as r(id uuid, type text, version text, first timestamptz)
     on conflict (meter_id, product) do update set
       type = excluded.type, version = excluded.version,
       first_hour = least(products.first_hour, excluded.first_hour)`,
    [meterId, JSON.stringify(rows)],
  );
  await transaction.query(
    `insert into product_retirements (meter_id, product, hour)
     select $1, r.id, r.retired from jsonb_to_recordset($2) as r(id uuid, retired timestamptz)
     where r.retired is not null
     on conflict do nothing`,
    [meterId, JSON.stringify(rows)],
  );
}
