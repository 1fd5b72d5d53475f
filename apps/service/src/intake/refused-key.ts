import type { Problem } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';
import { isCompromised } from '../registry/index.ts';
import { packageRefused } from './package-refused.ts';

/** The refusal of a package whose key verifies nothing: one that the meter never had, or one in wrong hands. */
export async function refusedKey(
  on: Queryable,
  { meterId, kid, epoch }: { readonly meterId: string; readonly kid: string; readonly epoch: number },
): Promise<Problem> {
  const message = (await isCompromised(on, meterId, kid, epoch))
    ? 'the key is reported as in wrong hands, so nothing signed with it is taken: activate the meter again'
    : `the meter has no such key in epoch ${epoch}; activate it, or send the package where it was activated`;
  return packageRefused({
    total: 1,
    list: [{ part: 'header', line: 1, pointer: '/signature', message, code: 'unknown-key' }],
  });
}
