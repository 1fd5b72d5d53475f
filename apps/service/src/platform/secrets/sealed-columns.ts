import type { Queryable, Transaction } from '../database/types.ts';
import type { Secrets } from './types.ts';

/**
 * Every column of the records that is sealed with the master key; a test holds the list against the schema, where their names
 * begin with `sealed_`. An empty value is a secret that was lost with its master key.
 */
export const sealedColumns = [
  {
    table: 'signing_keys',
    id: 'kid',
    column: 'sealed_private_jwk',
    context: (kid: string) => `signing-key:${kid}`,
  },
] as const;

interface SealedValue {
  readonly update: string;
  readonly id: string;
  readonly context: string;
  readonly sealed: Buffer;
}

async function sealedValues(on: Queryable): Promise<SealedValue[]> {
  const values: SealedValue[] = [];
  for (const { table, id, column, context } of sealedColumns) {
    const rows = await on.query<{ id: string; sealed: Buffer }>(
      `select ${id} as id, ${column} as sealed from ${table} where ${column} <> ''`,
    );
    const update = `update ${table} set ${column} = $2 where ${id} = $1`;
    for (const row of rows) values.push({ update, ...row, context: context(row.id) });
  }
  return values;
}

/** Whether the master key opens what is sealed; undefined while nothing is. */
export async function opensSealed(on: Queryable, secrets: Secrets): Promise<boolean | undefined> {
  const values = await sealedValues(on);
  if (values.length === 0) return undefined;
  return values.every(({ context, sealed }) => {
    try {
      secrets.open(context, sealed);
      return true;
    } catch {
      return false;
    }
  });
}

/** Seals everything anew, in one transaction. @returns how many. @throws when something does not open with the old key */
export async function resealAll(transaction: Transaction, before: Secrets, after: Secrets): Promise<number> {
  const values = await sealedValues(transaction);
  for (const { update, id, context, sealed } of values)
    await transaction.query(update, [id, after.seal(context, before.open(context, sealed))]);
  return values.length;
}

/**
 * For records whose master key is lost: the private halves go, and the signing keys retire. What they signed verifies as
 * before; the next signature makes a new key. @returns how many were lost
 */
export async function forgetSealed(transaction: Transaction, at: Date): Promise<number> {
  const values = await sealedValues(transaction);
  for (const { update, id } of values) await transaction.query(update, [id, Buffer.alloc(0)]);
  await transaction.query('update signing_keys set retired_at = $1 where retired_at is null', [at]);
  return values.length;
}
