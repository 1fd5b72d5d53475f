import type { Journal } from '../journal/index.ts';
import type { Time } from '../time/index.ts';

const LOOK_MS = 10_000;
/** Milliseconds between two looks by which our clock may be off what has really passed. */
const JUMP_MS = 5_000;

/**
 * Notices when this machine's clock is set, or the machine slept. Hours are the products' own, so nothing is metered wrong by
 * it; but a person should know, since certificates, tokens and pauses go by our clock.
 * @param monotonic milliseconds that only ever pass
 * @returns when the signal says so
 */
export async function watchClock(
  time: Time,
  monotonic: () => number,
  journal: Journal,
  onJump: (milliseconds: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let [clock, passed] = [time.now(), monotonic()];
  while (!signal.aborted) {
    await time.sleep(LOOK_MS, signal).catch(() => undefined);
    const [nowClock, nowPassed] = [time.now(), monotonic()];
    const jump = nowClock - clock - (nowPassed - passed);
    [clock, passed] = [nowClock, nowPassed];
    if (Math.abs(jump) < JUMP_MS || signal.aborted) continue;
    const seconds = Math.round(Math.abs(jump) / 1000);
    journal.note({
      code: 'clock-skew',
      message: `The meter's own clock was set ${jump > 0 ? 'forward' : 'back'} by ${seconds} s, or the machine slept.`,
    });
    onJump(jump);
  }
}
