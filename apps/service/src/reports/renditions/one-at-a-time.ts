import { Problem } from '@meterhouse/contract';

/**
 * Runs one piece of work at a time; whoever asks for the same key meanwhile gets the same answer. At most `queue` pieces wait.
 *
 * @throws problem `engine-busy` (503, Retry-After) for one more
 */
export function oneAtATime<Result>(
  queue: number,
): (key: string, work: () => Promise<Result>) => Promise<Result> {
  const known = new Map<string, Promise<Result>>();
  let last: Promise<unknown> = Promise.resolve();

  return (key, work) => {
    const same = known.get(key);
    if (same !== undefined) return same;
    if (known.size > queue)
      return Promise.reject(
        new Problem('engine-busy', {
          detail: `${known.size} renditions of reports are being made or wait; ask again in a while.`,
          headers: { 'Retry-After': '5' },
        }),
      );
    const mine = last.then(work).finally(() => known.delete(key));
    known.set(key, mine);
    last = mine.catch(() => undefined);
    return mine;
  };
}
