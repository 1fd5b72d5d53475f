import { type PackageHeader, Problem } from '@meterhouse/contract';
import { type Faults, instantOf } from '@meterhouse/metering';
import { crashPoint } from '../platform/crash/crash-point.ts';
import type { Transaction } from '../platform/database/index.ts';
import type { Caller } from '../platform/http/index.ts';
import { lockMeter, verificationKey } from '../registry/index.ts';
import {
  findUpload,
  meterMonthQueue,
  type RecordCounts,
  type SliceContent,
  type Upload,
} from '../usage/index.ts';
import { decideSlices } from './decide-slices.ts';
import type { IntakeOptions } from './intake.ts';
import { findInChain, type Link } from './records/chain.ts';
import { insertUpload } from './records/insert-upload.ts';
import { holdMonth } from './records/open-month.ts';
import { noteProducts } from './records/products.ts';
import { claimSlices, heldSlices } from './records/slices.ts';
import { refusedKey } from './refused-key.ts';
import { unknownMeter } from './unknown-meter.ts';
import { claims } from './upload-states.ts';

/** A package that lies in the archive and waits to be decided. */
export interface PackageToRecord {
  readonly caller: Caller;
  readonly agentId: string;
  readonly requestId: string;
  readonly header: PackageHeader;
  readonly kid: string;
  readonly link: Link;
  readonly tag: string;
  readonly archiveKey: string;
  readonly bytes: number;
  readonly correction: string | undefined;
  readonly content: { readonly slices: readonly SliceContent[] } | { readonly faults: Faults };
}

/** `fresh`: decided now, and not decided before by an upload of the same package beside this one. */
export interface Recorded {
  readonly upload: Upload;
  readonly fresh: boolean;
}

/**
 * Decides a package, in one transaction: who calls may still; the meter is held, so its packages are decided one after another;
 * the month is held open; the chain agrees; then the slices are claimed, the upload recorded, and its load asked for.
 */
export async function recordUpload(
  transaction: Transaction,
  options: IntakeOptions,
  given: PackageToRecord,
): Promise<Recorded> {
  const { caller, header, link } = given;
  await options.confirmCaller(transaction, caller);
  const meter = await lockMeter(transaction, caller.organisationId, given.agentId);
  if (!meter || meter.registration !== header.registration) throw unknownMeter();
  if (meter.deletedAt) throw meterDeleted();
  if (!(await verificationKey(transaction, meter.id, given.kid, header.epoch)))
    throw await refusedKey(transaction, { meterId: meter.id, kid: given.kid, epoch: header.epoch });
  const known = await findInChain(transaction, link);
  if (known) return { upload: known, fresh: false };

  const state = await holdMonth(transaction, caller.organisationId, header.month);
  const refusal = 'faults' in given.content ? given.content.faults : undefined;
  const contents = 'slices' in given.content ? given.content.slices : [];
  const late = state !== 'open';
  const slices = refusal
    ? []
    : decideSlices(
        header,
        contents,
        late ? new Map() : await heldSlices(transaction, meter.id, hoursOf(header)),
        late ? 'late' : 'open',
      );
  const uploadId = await insertUpload(transaction, {
    ...link,
    tag: given.tag,
    organisationId: caller.organisationId,
    month: header.month,
    archiveKey: given.archiveKey,
    bytes: given.bytes,
    state: refusal ? 'refused' : late ? 'late' : 'accepted',
    correctionReason: given.correction,
    records: recordCounts(header),
    outcomes: slices.map(({ product, hour, status, outcome, digest }) => ({
      product,
      hour,
      status,
      outcome,
      digest,
    })),
    refusal,
    receivedBy: caller.actor,
    receivedAt: options.clock(),
  });
  if (!refusal) await noteUpload(transaction, meter.id, options.clock());
  if (!refusal && !late) {
    const place = { organisationId: caller.organisationId, meterId: meter.id, month: header.month, uploadId };
    await claimSlices(
      transaction,
      place,
      slices.filter(({ outcome }) => claims(outcome)),
    );
    await noteProducts(transaction, meter.id, header.products);
    const queue = meterMonthQueue(meter.id, header.month);
    await options.jobs.add(transaction, 'usage-load', { uploadId }, { queue, key: `usage-load:${uploadId}` });
  }
  // Late in the transaction: other uploads of the organisation wait at its counters until this one has committed.
  await options.quotas.take(transaction, caller.organisationId, {
    uploadsPerDay: 1,
    uploadBytesPerDay: given.bytes,
  });
  await options.recordChange(transaction, {
    organisationId: caller.organisationId,
    actor: caller.actor,
    action: refusal ? 'package-refused' : late ? 'package-held-late' : 'package-accepted',
    subject: `meter:${meter.agentId}`,
    details: {
      uploadId,
      month: header.month,
      epoch: header.epoch,
      number: header.number,
      digest: link.digest,
      ...(given.correction === undefined ? {} : { correction: given.correction }),
    },
    requestId: given.requestId,
  });
  crashPoint('intake.before-commit');
  return { upload: (await findUpload(transaction, uploadId))!, fresh: true };
}

export function meterDeleted(): Problem {
  return new Problem('meter-deleted', {
    detail: 'Undelete the meter first; until then it keeps its packages.',
  });
}

async function noteUpload(transaction: Transaction, meterId: string, at: Date): Promise<void> {
  await transaction.query('update meters set last_upload_at = $2 where id = $1', [meterId, at]);
}

function hoursOf(header: PackageHeader): { first: Date; last: Date } {
  const hours = header.products.flatMap(({ hours }) => hours.map(({ hour }) => instantOf(hour)));
  const first = hours.reduce((least, hour) => Math.min(least, hour), Number.MAX_SAFE_INTEGER);
  const last = hours.reduce((most, hour) => Math.max(most, hour), 0);
  return { first: new Date(Math.min(first, last) * 1000), last: new Date(last * 1000) };
}

function recordCounts(header: PackageHeader): RecordCounts {
  const of = (kind: string) => header.parts.find((part) => part.kind === kind)?.records ?? 0;
  return { vm: of('vm'), host: of('host'), cluster: of('cluster') };
}
