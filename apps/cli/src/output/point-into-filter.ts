import type { ProblemError } from '@meterhouse/client';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** A filter that the service refuses, shown as it was typed with a mark below each character that it stumbled at. */
export function pointIntoFilter(error: unknown, filter: string): unknown {
  if (!(error instanceof Error) || error.name !== 'ProblemError') return error;
  const { errors, code, requestId } = error as ProblemError;
  const places = errors.map(({ pointer, message }) => ({
    at: pointer === 'query/filter' ? /^at character (\d+): (.*)$/s.exec(message) : null,
    told: `${pointer}: ${message}`,
  }));
  if (places.every(({ at }) => at === null)) return error;
  return new Failure('The filter cannot be read.', EXIT.refused, {
    faults: places.flatMap(({ at, told }) =>
      at === null ? [told] : [filter, `${' '.repeat(Number(at[1]) - 1)}^ ${at[2]}`],
    ),
    code,
    ...(requestId !== undefined && { requestId }),
  });
}
