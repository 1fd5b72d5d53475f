import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type PackageHeader, Problem, type SignedHeader } from '@meterhouse/contract';
import { type KeyLookup, packageDigest, verifySignature } from '@meterhouse/metering';
import { crashPoint } from '../platform/crash/crash-point.ts';
import { type Caller, roleAtLeast } from '../platform/http/index.ts';
import { findMeter, type Meter } from '../registry/index.ts';
import { keepReceipt, type Upload } from '../usage/index.ts';
import type { Admission } from './admission.ts';
import { checkAudience, checkCorrection, checkHoursPast } from './check-header.ts';
import type { IntakeOptions } from './intake.ts';
import type { IntakeMetrics } from './metrics.ts';
import { packageRefused } from './package-refused.ts';
import { drain } from './receive/drain.ts';
import { receivePackage, tooLarge } from './receive/receive-package.ts';
import { meterDeleted, type Recorded, recordUpload } from './record-upload.ts';
import { findInChain, type Link } from './records/chain.ts';
import { nextTag } from './records/insert-upload.ts';
import { refusedKey } from './refused-key.ts';
import { unknownMeter } from './unknown-meter.ts';

export interface UploadRequest {
  readonly caller: Caller;
  readonly agentId: string;
  readonly requestId: string;
  readonly body: Readable;
  /** As the client announces it; undefined where it does not say. */
  readonly contentLength: number | undefined;
  readonly correction: string | undefined;
}

export interface TakeTools extends IntakeOptions {
  /** For the whole of an upload; most of it is waiting for the sender. */
  readonly admission: Admission;
  /** For the part that takes the engine. */
  readonly judging: Admission;
  readonly metrics: IntakeMetrics;
  readonly serviceId: () => Promise<string>;
  /** Packages that are being taken by this process: the digest to when it is decided. */
  readonly underWay: Map<string, Promise<unknown>>;
}

/** Ends an upload whose package is in the records already: its answer is known, the rest of its body is not needed. */
class KnownPackage extends Error {
  readonly upload: Upload;
  constructor(upload: Upload) {
    super('the package is recorded already');
    this.upload = upload;
  }
}

/**
 * Takes one upload, from its first byte to its answer:
 *
 *   the caller, the meter, the size, the disk      before the body is looked at
 *   member 1: signature, audience, chain, hours    before the rest is taken
 *   the rest                                       to a file, its parts cut out and hashed on the way
 *   the records                                    staged and checked by the engine; nothing of it can be seen
 *   the file                                       synced into the archive
 *   the decision                                   one transaction
 *   the receipt                                    synced into the archive
 *
 * A crash before the transaction leaves nothing but files that the next start sweeps and an archive entry that the same
 * package, sent again, finds there. A crash after it loses nothing: the load is a job that exists with the transaction.
 */
export async function takeUpload(tools: TakeTools, request: UploadRequest): Promise<Recorded> {
  const meter = await refuseEarly(tools, request);
  return tools.admission.run(request.caller.organisationId, async () => {
    const spent = tools.metrics.start();
    try {
      const recorded = await take(tools, request, meter);
      tools.metrics.decided(recorded);
      return recorded;
    } catch (error) {
      await drain(request.body);
      if (error instanceof KnownPackage) {
        await keepReceipt(tools.archive, error.upload);
        return { upload: error.upload, fresh: false };
      }
      tools.metrics.failed(error);
      throw error;
    } finally {
      spent();
    }
  });
}

/** What can be refused without a byte of the body. */
async function refuseEarly(tools: TakeTools, request: UploadRequest): Promise<Meter> {
  const { caller, contentLength } = request;
  const meter = await findMeter(tools.database, caller.organisationId, request.agentId);
  if (!meter) throw unknownMeter();
  if (meter.deletedAt) throw meterDeleted();
  if (
    request.correction !== undefined &&
    (caller.agentId !== undefined || !roleAtLeast(caller.role, 'administrator'))
  )
    throw new Problem('forbidden', { detail: 'A correction is for administrators.' });
  const { maxPackageSize, diskReserve } = tools.config;
  if (contentLength !== undefined && contentLength > maxPackageSize) throw tooLarge(maxPackageSize);
  await tools.quotas.refuseBeyond(tools.database, caller.organisationId, {
    uploadsPerDay: 1,
    uploadBytesPerDay: contentLength ?? 1,
  });
  // The package stands on the disk twice for a while, and once more in the engine.
  const needed = diskReserve + 3 * (contentLength ?? maxPackageSize);
  if ((await tools.archive.freeBytes()) < needed)
    throw new Problem('storage-low', {
      detail:
        'The service is short of disk space; its operators see it on /healthz. Keep the package and send it again.',
      headers: { 'Retry-After': '600' },
    });
  return meter;
}

async function take(tools: TakeTools, request: UploadRequest, meter: Meter): Promise<Recorded> {
  const { database, usage, archive, config, metrics } = tools;
  const folder = usage.stageFolder;
  const tag = await nextTag(database);
  const file = join(folder, `${tag}.package.gz`);
  const keyOf = tools.keysOf(meter.id);
  let place: { link: Link; kid: string } | undefined;
  let done: () => void = () => undefined;
  let recorded: Recorded | undefined;
  try {
    const received = await metrics.step('receive', () =>
      receivePackage({
        body: request.body,
        file,
        folder,
        tag,
        maxBytes: config.maxPackageSize,
        onHeader: async (signed) => {
          place = await checkSigned(tools, request, meter, signed, keyOf);
          done = await claimTurn(tools, place.link);
        },
      }),
    );
    crashPoint('intake.received');
    const { link, kid } = place!;
    const { header, bytes } = received;
    const synced = syncFile(file);
    const judged = tools.judging.run(meter.organisationId, () =>
      metrics.step('judge', () =>
        usage.judge({ tag, meterId: meter.id, header, file, parts: received.parts, keyOf }),
      ),
    );
    // Both are awaited whatever becomes of the other: neither may go on over a file that is being removed.
    const [sync, judgement] = await Promise.allSettled([synced, judged]);
    if (judgement.status === 'rejected') throw judgement.reason;
    if (sync.status === 'rejected') throw sync.reason;
    crashPoint('intake.judged');
    const archiveKey = keyInArchive(header, meter, link.digest);
    await metrics.step('archive', () => archive.take(archiveKey, file));
    crashPoint('intake.archived');
    const verdict = judgement.value;
    const content = verdict.good ? { slices: verdict.slices } : { faults: verdict.faults };
    const { caller, agentId, requestId, correction } = request;
    const given = {
      caller,
      agentId,
      requestId,
      header,
      kid,
      link,
      tag,
      archiveKey,
      bytes,
      correction,
      content,
    };
    recorded = await metrics.step('record', () => recordOnce(tools, given));
    crashPoint('intake.committed');
    await keepReceipt(archive, recorded.upload);
    crashPoint('intake.receipted');
    return recorded;
  } finally {
    done();
    await rm(file, { force: true });
    // A stage outlives its upload only to be loaded.
    if (!(recorded?.fresh && recorded.upload.state === 'accepted')) await dropQuietly(tools, tag);
  }
}

/** Member 1, when its form is good: whose it is, whether its place in the chain is free, and its hours past. */
async function checkSigned(
  tools: TakeTools,
  request: UploadRequest,
  meter: Meter,
  { package: header, signature }: SignedHeader,
  keyOf: KeyLookup,
): Promise<{ link: Link; kid: string }> {
  let kid = '';
  const verdict = await verifySignature(header, signature, (named, signed) => {
    kid = named;
    return keyOf(named, signed);
  });
  if (verdict === 'unknown-key')
    throw await refusedKey(tools.database, { meterId: meter.id, kid, epoch: header.epoch });
  if (verdict !== 'good') {
    const message = 'the signature does not fit the header';
    throw packageRefused({
      total: 1,
      list: [{ part: 'header', line: 1, pointer: '/signature', message, code: verdict }],
    });
  }
  checkAudience(header, {
    service: await tools.serviceId(),
    organisation: meter.organisationId,
    registration: meter.registration,
    agent: meter.agentId,
  });
  checkCorrection(header, request.correction);
  const { epoch, number, previous } = header;
  const link = { meterId: meter.id, epoch, number, previous, digest: packageDigest(header) };
  await refuseKnown(tools, link);
  checkHoursPast(header, tools.clock(), tools.config.futureSkew);
  return { link, kid };
}

async function refuseKnown(tools: TakeTools, link: Link): Promise<void> {
  const known = await findInChain(tools.database, link);
  if (known) throw new KnownPackage(known);
}

/**
 * Of several uploads of one package at once, one goes on; the others wait for its decision before they take their bodies, and
 * mostly find it recorded then. Gives what ends the turn.
 */
async function claimTurn(tools: TakeTools, link: Link): Promise<() => void> {
  const { underWay } = tools;
  const key = `${link.meterId} ${link.digest}`;
  for (let other = underWay.get(key); other; other = underWay.get(key)) {
    await other;
    await refuseKnown(tools, link);
  }
  let end: () => void = () => undefined;
  const decided = new Promise<void>((resolve) => {
    end = resolve;
  });
  underWay.set(key, decided);
  return () => {
    underWay.delete(key);
    end();
  };
}

/** Two processes on one database may decide the same package at once; the loser of the race reads what the winner wrote. */
async function recordOnce(tools: TakeTools, given: Parameters<typeof recordUpload>[2]): Promise<Recorded> {
  const attempt = () => tools.database.transaction((transaction) => recordUpload(transaction, tools, given));
  try {
    return await attempt();
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
    return attempt();
  }
}

/** Each package has a key of its own, so that two that claim one number never meet in the archive. */
function keyInArchive(header: PackageHeader, meter: Meter, digest: string): string {
  return `packages/${meter.organisationId}/${meter.agentId}/${header.month}/${header.epoch}-${header.number}-${digest}.json.gz`;
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** What is left of a stage goes at the next start at the latest; its removal must not hide why the upload failed. */
async function dropQuietly(tools: TakeTools, tag: string): Promise<void> {
  await tools.usage
    .dropStage(tag)
    .catch((error: unknown) => tools.logger.warn({ err: error, tag }, 'a stage stays'));
}
