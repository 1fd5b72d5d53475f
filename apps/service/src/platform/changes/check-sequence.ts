import { Problem } from '@meterhouse/contract';

/**
 * Refuses a change by somebody who has not seen the last one.
 *
 * @param what names the thing at the beginning of a sentence, such as `The contract`
 * @throws problem `sequence-conflict`, which names the current sequence
 */
export function checkSequence(what: string, current: number, seen: number): void {
  if (current === seen) return;
  throw new Problem('sequence-conflict', {
    detail: `${what} is at sequence ${current}, not ${seen}.`,
    members: { sequence: current },
  });
}
