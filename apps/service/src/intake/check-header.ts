import { type PackageHeader, Problem } from '@meterhouse/contract';
import { FaultLog, formatInstant, HOUR, instantOf } from '@meterhouse/metering';
import { packageRefused } from './package-refused.ts';

/** Whom a package must be meant for. */
export interface Audience {
  readonly service: string;
  readonly organisation: string;
  readonly registration: string;
  readonly agent: string;
}

/** @throws problem `package-refused` when the package is another service's, organisation's, registration's or meter's */
export function checkAudience(header: PackageHeader, audience: Audience): void {
  const log = new FaultLog();
  for (const name of ['service', 'organisation', 'registration', 'agent'] as const) {
    if (header[name] === audience[name]) continue;
    const message = `is not the one that this ${name === 'service' ? 'service is' : 'meter is activated under'}; send the package where it belongs`;
    log.add('header', 'bad-value', message, 1, `/package/${name}`);
  }
  if (log.total > 0) throw packageRefused(log);
}

/**
 * An hour that has not begun, or that is collected and has not ended, cannot have been metered: a clock is wrong. The package
 * may be right later, so it is not recorded and the meter keeps it.
 *
 * @throws problem `hour-in-future`
 */
export function checkHoursPast(header: PackageHeader, now: Date, skewSeconds: number): void {
  const latest = Math.floor(now.getTime() / 1000) + skewSeconds;
  const errors = header.products.flatMap(({ id, hours }, product) =>
    hours.flatMap(({ hour, status }, index) => {
      const metered = instantOf(hour) + (status === 'collected' ? HOUR : 0);
      if (metered <= latest) return [];
      return [
        {
          pointer: `/package/products/${product}/hours/${index}`,
          message: `${hour} of ${id} is still to come`,
        },
      ];
    }),
  );
  if (errors.length === 0) return;
  throw new Problem('hour-in-future', {
    detail: `It is ${formatInstant(Math.floor(now.getTime() / 1000))} here. Check the meter's clock; the package can be sent again.`,
    errors: errors.slice(0, 100),
    headers: { 'Retry-After': '600' },
  });
}

/** @throws problem `invalid-request` unless a correction is asked for and made, or neither */
export function checkCorrection(header: PackageHeader, reason: string | undefined): void {
  if ((header.corrects !== undefined) === (reason !== undefined)) return;
  throw new Problem('invalid-request', {
    errors: [
      reason === undefined
        ? { pointer: 'query/correction', message: 'must give the reason, since the package corrects slices' }
        : { pointer: 'query/correction', message: 'must be left out, since the package corrects nothing' },
    ],
  });
}
