import { createPrivateKey } from 'node:crypto';
import type { PackageProduct } from '@meterhouse/contract';
import { formatInstant, type Signer, writePackage } from '@meterhouse/metering';
import { type ActivatedMeter, AGENT_VERSION } from '../identity/index.ts';
import { MeterError } from '../identity/meter-error.ts';
import { openSpool } from '../spool/index.ts';
import { DAY, type UsageDay } from './day.ts';
import { clusterLines, hostLines } from './inventory-lines.ts';
import { RunningTally } from './running-tally.ts';
import { vmLines } from './vm-lines.ts';

/** Days of one month, of one source; made one at a time, when it is their turn. */
export interface UsageDays {
  /** Names what the days are made from: the same source gives the same days. */
  readonly source: string;
  /** `2023-01` */
  readonly month: string;
  /** Midnights, ascending, Unix seconds. */
  readonly starts: readonly number[];
  readonly day: (start: number) => UsageDay;
}

export interface WriteProgress {
  readonly day: string;
  readonly daysDone: number;
  readonly days: number;
  /** Records written by this run so far. */
  readonly records: number;
}

export interface WrittenDay {
  readonly day: string;
  readonly path: string;
  /** Undefined for a day that an earlier run wrote. */
  readonly records?: number;
  readonly bytes?: number;
}

export interface WriteOptions {
  readonly meter: ActivatedMeter;
  /** The folder the packages go to. */
  readonly out: string;
  /** Refuse to make a second set of packages of the month; going on with a run that was ended is none. */
  readonly once?: boolean;
  readonly onProgress?: (progress: WriteProgress) => void;
  /** What the packages say they were created at. */
  readonly clock?: () => Date;
}

/**
 * Writes one signed package a day. It streams: what is held is one chunk of lines, whatever the size of the day. A run that
 * was ended, even by kill -9, goes on with the first day that has no package yet.
 * @throws MeterError `spool-busy`; `month-packed` with `once`
 */
export async function writeDays(days: UsageDays, options: WriteOptions): Promise<WrittenDay[]> {
  const { meter, out, onProgress, clock = () => new Date() } = options;
  const { agent, activation, key } = meter;
  const signer: Signer = {
    kid: key.kid,
    privateKey: createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' }),
  };
  const spool = await openSpool(meter.dir, agent, activation.epoch, out);
  const written: WrittenDay[] = [];
  let records = 0;
  try {
    const other = options.once ? await spool.other(days.source, days.month) : undefined;
    if (other !== undefined)
      throw new MeterError(
        'month-packed',
        `This meter has packages of ${days.month} already, such as ${other}. Send those; a second set would tell the same hours again. With --again it is made and joins the chain.`,
      );
    for (const start of days.starts) {
      const name = formatInstant(start).slice(0, 10);
      const path = await spool.kept(days.source, name);
      if (path !== undefined) {
        written.push({ day: name, path });
      } else {
        let count = 0;
        let bytes = 0;
        const added = await spool.add(days.source, name, async (file, place) => {
          const day = days.day(start);
          const tally = new RunningTally(day.hosts.length);
          const made = await writePackage(file, {
            header: {
              service: activation.service,
              organisation: activation.organisation,
              registration: activation.registration,
              agent,
              agentVersion: AGENT_VERSION,
              ...place,
              month: days.month,
              createdAt: formatInstant(Math.floor(clock().getTime() / 1000)),
              products: listedProducts(day),
            },
            signer,
            records: { vm: vmLines(day, tally), host: hostLines(day, tally), cluster: clusterLines(day) },
          });
          count = made.header.parts.reduce((sum, part) => sum + part.records, 0);
          bytes = made.bytes;
          return made;
        });
        records += count;
        written.push({ day: name, path: added, records: count, bytes });
      }
      onProgress?.({ day: name, daysDone: written.length, days: days.starts.length, records });
    }
  } finally {
    await spool.close();
  }
  return written;
}

/** Products with an hour on this day; one that is not listed is not spoken of. */
function listedProducts(day: UsageDay): PackageProduct[] {
  return day.products.flatMap(({ id, type, version, hours }) => {
    const listed = hours.flatMap((hour) => (hour === undefined ? [] : [hour.listed]));
    return listed.length === 0 ? [] : [{ id, type, version, hours: listed }];
  });
}

/** The midnights of the days that hold an instant of [from, to). */
export function daysBetween(from: number, to: number): number[] {
  const starts: number[] = [];
  for (let start = Math.floor(from / DAY) * DAY; start < to; start += DAY) starts.push(start);
  return starts;
}
