import { span } from '../../terminal/span.ts';
import type { Standing } from './standing.ts';

/** The status is written every 2 s. */
const STALE_MS = 60_000;
/** As the meter's own /healthz: a product that is away for longer, a package that waits for longer. */
const UNREACHABLE_MS = 15 * 60_000;
const UNSENT_MS = 6 * 3_600_000;
/** Seconds that clocks may differ. */
const SKEW = 60;
const CERTIFICATE_MS = 7 * 86_400_000;

/** What needs a person, each with what to do; empty when all is well. */
export function concernsOf(standing: Standing): string[] {
  const { dir, now, running, snapshot, activated, settings, settingsFaults, certificate } = standing;
  const concerns = [...settingsFaults];
  if (snapshot === undefined) return [...concerns, `It has never run: meterhouse meter run --dir ${dir}`];
  const age = now - snapshot.at;
  if (!running)
    return [
      ...concerns,
      `It does not run since ${span(age)}${snapshot.stopped ? '' : ', and did not end in good order'}: hours are missing from then on. meterhouse meter run --dir ${dir}`,
    ];
  if (age > STALE_MS)
    concerns.push(
      `It runs and has written no status for ${span(age)}: look at the disk and at process ${snapshot.pid}.`,
    );
  for (const { name, state, stateSince, reason = '' } of snapshot.products) {
    if (state === 'needs-person') concerns.push(`${name} needs a person: ${reason}`);
    if (state === 'unreachable' && now - stateSince > UNREACHABLE_MS)
      concerns.push(`${name} is unreachable since ${span(now - stateSince)}: ${reason}`);
  }
  for (const { name, health } of snapshot.products) {
    const skew = health?.skewSeconds ?? 0;
    if (Math.abs(skew) >= SKEW)
      concerns.push(
        `The clock of ${name} is ${Math.abs(Math.round(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's.`,
      );
  }
  if (snapshot.products.length === 0)
    concerns.push('It meters nothing yet: meterhouse meter products add --help');
  if (snapshot.settingsRefused !== undefined && settingsFaults.length === 0)
    concerns.push(
      'The settings on the disk were refused when they were read; they are right now: reload the meter.',
    );
  const { upload, service } = snapshot;
  if (!activated && (service ?? settings?.service) !== undefined)
    concerns.push(
      `It is not bound to ${service ?? settings?.service}, so its hours wait: meterhouse meter init --dir ${dir} --label NAME`,
    );
  const { failure, state, skewSeconds = 0, spool } = upload;
  if (failure !== undefined && (state === 'stopped' || now - failure.since > UNSENT_MS))
    concerns.push(`Nothing is sent since ${span(now - failure.since)}: ${failure.message}`);
  if (Math.abs(skewSeconds) >= SKEW)
    concerns.push(
      `This machine's clock is ${Math.abs(Math.round(skewSeconds))} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} the service's.`,
    );
  if (spool !== undefined && spool.room !== 'enough')
    concerns.push(
      spool.room === 'full'
        ? 'The spool is full: see why nothing is sent, carry packages (meterhouse meter export), or raise spool.limit.'
        : 'The spool fills up: see why nothing is sent, or raise spool.limit.',
    );
  if (certificate !== undefined && certificate.endsAt - now < CERTIFICATE_MS)
    concerns.push(
      certificate.endsAt < now
        ? "The certificate of the meter's API has ended."
        : `The certificate of the meter's API ends in ${span(certificate.endsAt - now)}.`,
    );
  return concerns;
}
