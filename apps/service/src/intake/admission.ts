import { Problem } from '@meterhouse/contract';

/**
 * Lets a few uploads be taken at a time and some more wait, with their bodies unread; one more is sent away. Each upload holds
 * files and a load of the engine, so their number is what bounds memory and disk.
 */
export function createAdmission({ atOnce, waiting: most }: { atOnce: number; waiting: number }) {
  let taken = 0;
  const waiting: (() => void)[] = [];
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (taken < atOnce) taken += 1;
      else {
        if (waiting.length >= most)
          throw new Problem('unavailable', {
            detail: `${atOnce} uploads are being taken and ${most} wait. Send it again later.`,
            headers: { 'Retry-After': '10' },
          });
        // Whoever ends hands its place over, so `taken` stays.
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else taken -= 1;
      }
    },
    /** Uploads that are being taken. */
    inFlight: () => taken,
  };
}
