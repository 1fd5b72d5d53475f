import { Problem } from '@meterhouse/contract';
import Negotiator from 'negotiator';

/**
 * The rendition of `available` (best first) that an Accept header asks for, by RFC 9110, 12.5.1 with its q-values. Without
 * the header, and for `*` + `/*`, it is the first.
 *
 * @throws problem `not-acceptable`, whose member `available` names what there is
 */
export function negotiate(accept: string | undefined, available: readonly string[]): string {
  const headers = accept === undefined || accept.trim() === '' ? {} : { accept };
  const chosen = new Negotiator({ headers }).mediaType([...available]);
  if (chosen !== undefined) return chosen;
  throw new Problem('not-acceptable', {
    detail: `This report comes as ${available.join(', ')}; send one of these as Accept, or */*.`,
    members: { available },
  });
}
