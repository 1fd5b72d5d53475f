/**
 * A line of `virsh event --loop --timestamp`, such as
 *
 *   2026-01-31 12:00:00.250+0000: event 'lifecycle' for domain 'web 1': Started Booted
 *
 * The stamp is the moment at which virsh printed it, by the clock of the machine that virsh runs on, always in UTC. Events name
 * the domain by its name alone, which may hold anything but a slash and a line's end, so what comes last decides. Versions
 * before 8.0 write no quotes around the name.
 */
import type { PowerState } from '@meterhouse/contract';

export interface DomainEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
  /** `renamed` comes twice for one renaming, with the old and with the new name. */
  readonly what: 'defined' | 'undefined' | 'renamed' | 'power';
  /** For `power`: the state from then on. */
  readonly power?: PowerState;
}

const LINE =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\+0000: event 'lifecycle' for domain (.*): (Defined|Undefined|Started|Suspended|Resumed|Stopped|Shutdown|PMSuspended|Crashed) ([^':]*)$/s;

/** A paused domain is on: see POWER_OF_STATE in domains.ts. */
const POWER: Readonly<Record<string, PowerState>> = Object.freeze({
  Started: 'on',
  Resumed: 'on',
  Suspended: 'on',
  PMSuspended: 'on',
  Stopped: 'off',
  Crashed: 'off',
});

/**
 * @returns undefined for what says nothing of a domain's life: other kinds of events, and `Shutdown`, which tells that the guest
 * has shut down while its process still stands; `Stopped` follows
 */
export function parseEventLine(line: string): DomainEvent | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, day, time, written = '', what = '', detail] = match;
  const at = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(at)) return undefined;
  const name = /^'.*'$/s.test(written) ? written.slice(1, -1) : written;
  if (what === 'Defined' || what === 'Undefined')
    return {
      at,
      name,
      what: detail === 'Renamed' ? 'renamed' : what === 'Defined' ? 'defined' : 'undefined',
    };
  const power = POWER[what];
  return power === undefined ? undefined : { at, name, what: 'power', power };
}
