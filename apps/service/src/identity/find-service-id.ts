import type { Queryable } from '../platform/database/types.ts';

/** The UUID of this service, the same for as long as its database lives: what activations and packages name it by. */
export async function findServiceId(on: Queryable): Promise<string> {
  const [row] = await on.query<{ id: string }>('select id from service_identity');
  return row!.id;
}
