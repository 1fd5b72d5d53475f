import { counted } from '../journal/index.ts';
import type { Time } from '../time/index.ts';
import type { MeterStatus } from './control.ts';

export interface Health {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

/** An hour is closed when it was seen to its end; a product that is seen later than this makes its hours late. */
const UNSEEN_MS = 15 * 60_000;
/** Packages go out every hour. */
const UNSENT_MS = 6 * 3_600_000;

/** Does the work get on: is what is to be metered seen, is what was metered sent, is there room for more? */
export function healthOf(status: MeterStatus, time: Time): Health {
  const now = time.now();
  const expected = status.products.filter(({ state }) => state !== 'paused');
  const unseen = expected.filter(
    ({ seenUntil, changedAt }) => now - (seenUntil ?? Math.max(status.startedAt, changedAt)) > UNSEEN_MS,
  );
  const waited = status.oldestUnsentAt === undefined ? 0 : Math.max(0, now - status.oldestUnsentAt);
  const checks = {
    products: {
      ok: unseen.length === 0,
      detail:
        unseen.length === 0
          ? `of ${expected.length} none is unseen for more than ${UNSEEN_MS / 60_000} minutes`
          : `not seen for more than ${UNSEEN_MS / 60_000} minutes: ${unseen.map(({ name }) => name).join(', ')}`,
    },
    uploads: {
      ok: !status.online || waited <= UNSENT_MS,
      detail: `${counted(status.packagesUnsent, 'package')} waiting, the oldest for ${Math.round(waited / 1000)} s${status.online ? '' : '; a person carries them'}`,
    },
    spool: {
      ok: status.spoolBytes < status.spoolLimitBytes,
      detail: `${status.spoolBytes} of ${status.spoolLimitBytes} bytes`,
    },
  };
  return { ok: Object.values(checks).every(({ ok }) => ok), checks };
}
