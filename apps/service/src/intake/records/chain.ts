import { Problem } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/index.ts';
import { UPLOAD_COLUMNS, type Upload } from '../../usage/index.ts';

/** A package's place in its meter's chain. */
export interface Link {
  readonly meterId: string;
  readonly epoch: number;
  readonly number: number;
  readonly digest: string;
  readonly previous: string | null;
}

/**
 * The upload of this very package, when it was recorded before; undefined when its number is free and its neighbours agree.
 *
 * @throws problem `chain-fork` when its number, or a neighbour, belongs to another chain
 */
export async function findInChain(on: Queryable, link: Link): Promise<Upload | undefined> {
  const neighbours = await on.query<Upload & { previous: string | null }>(
    `select ${UPLOAD_COLUMNS}, encode(u.previous, 'hex') as previous
     from uploads u join meters m on m.id = u.meter_id
     where u.meter_id = $1 and u.epoch = $2 and u.number between $3::bigint - 1 and $3::bigint + 1`,
    [link.meterId, link.epoch, link.number],
  );
  for (const other of neighbours) {
    const distance = Number(other.number) - link.number;
    if (distance === 0) {
      if (other.digest === link.digest) return other;
      throw fork(link, `number ${link.number} was taken with the digest ${other.digest}`);
    }
    if (distance === -1 && other.digest !== link.previous)
      throw fork(
        link,
        `package ${other.number} has the digest ${other.digest}, and previous says ${link.previous}`,
      );
    if (distance === 1 && other.previous !== link.digest)
      throw fork(link, `package ${other.number} follows one with the digest ${other.previous}`);
  }
  return undefined;
}

function fork(link: Link, why: string): Problem {
  return new Problem('chain-fork', {
    detail: `In epoch ${link.epoch} ${why}. Activate the meter again: that begins a new epoch.`,
  });
}
