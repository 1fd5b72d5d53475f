/**
 * What becomes of packages that were not sent before the meter was activated again.
 *
 * The service takes them as they are: a key verifies for ever what it signed in its epoch. Only when it can't, since another
 * package has their number (the fork that the new activation cured) or since their key is reported as in wrong hands, are
 * their records signed once more, into a package of the chain that holds now. The old file is put aside, not removed.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { PackageHeader, PartKind } from '@meterhouse/contract';
import { formatInstant, type RecordText, writePackage } from '@meterhouse/metering';
import { type ActivatedMeter, AGENT_VERSION } from '../identity/index.ts';
import type { Time } from '../time/index.ts';
import { openChain } from './chain.ts';
import { signerOf } from './pack-hours.ts';
import type { SpoolPlaces } from './places.ts';
import { readStoredHeader } from './read-stored-header.ts';
import { markRefused, type StoredPackage, storedPackages } from './stored-packages.ts';

/**
 * @param old of an earlier epoch, in `packages`
 * @returns the path of the package that stands for it
 * @throws MeterError `spool-busy`; PackageError when the old package is damaged
 */
export async function packInstead(
  meter: ActivatedMeter,
  places: SpoolPlaces,
  old: StoredPackage,
  refusal: object,
  time: Time,
): Promise<string> {
  const { header } = await readStoredHeader(old.path);
  const { activation, agent, key } = meter;
  const chain = await openChain(meter.dir, agent, activation.epoch, places.packages);
  try {
    const path = await chain.add(
      old.part,
      (file, place) => {
        const { format: _, parts, ...told } = header;
        const content = {
          ...told,
          service: activation.service,
          organisation: activation.organisation,
          registration: activation.registration,
          agentVersion: AGENT_VERSION,
          ...place,
          createdAt: formatInstant(Math.floor(time.now() / 1000)),
        };
        return writePackage(file, { header: content, signer: signerOf(key), records: recordsOf(old, parts) });
      },
      () => ({ instead: old.name }),
    );
    await putAside(places, old.name, { ...refusal, instead: path });
    return path;
  } finally {
    await chain.close();
  }
}

/** Puts aside what has been packed instead; a crash may have come in between. */
export async function finishPackInstead(meter: ActivatedMeter, places: SpoolPlaces): Promise<void> {
  const chain = await openChain(meter.dir, meter.agent, meter.activation.epoch, places.packages);
  const { instead } = chain.state();
  await chain.close();
  if (instead !== undefined)
    await putAside(places, instead, { why: 'Its records are in a package of a later activation.' });
}

async function putAside(places: SpoolPlaces, name: string, refusal: object): Promise<void> {
  const old = (await storedPackages(places.packages)).find((one) => one.name === name);
  if (old !== undefined) await markRefused(places, old, refusal);
}

/** The parts lie at the end of the file, one gzip member each. */
function recordsOf(
  { path, bytes }: StoredPackage,
  parts: PackageHeader['parts'],
): { [Kind in PartKind]?: RecordText } {
  let start = bytes - parts.reduce((sum, part) => sum + part.bytes, 0);
  return Object.fromEntries(
    parts.map((part) => {
      const from = start;
      start += part.bytes;
      return [part.kind, unpacked(path, from, from + part.bytes - 1)];
    }),
  );
}

async function* unpacked(path: string, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
  const packed = createReadStream(path, { start, end, highWaterMark: 262_144 });
  const lines = createGunzip({ chunkSize: 262_144 });
  packed.on('error', (error) => lines.destroy(error));
  yield* packed.pipe(lines) as AsyncIterable<Buffer>;
}
