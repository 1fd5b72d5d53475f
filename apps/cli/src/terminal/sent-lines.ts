import type { SendingSummary } from '../journey/send-packages.ts';
import { bytes, count, plural } from './numbers.ts';

/** What became of packages that were sent: the packages in a line, then their slices, a line an outcome. */
export function tellSent(summary: SendingSummary): string[] {
  const words = [
    `${plural(summary.taken.length, 'package')} taken`,
    ...(summary.known > 0 ? [`${count(summary.known)} of them known before`] : []),
    ...(summary.refused.length > 0 ? [`${count(summary.refused.length)} refused`] : []),
  ];
  return [
    `${words.join(', ')}; ${bytes(summary.bytes)}.`,
    ...Object.entries(summary.outcomes).map(
      ([outcome, slices]) => `  ${outcome.padEnd(10)} ${plural(slices, 'slice')}`,
    ),
  ];
}
