import type { OutcomeCounts, UploadAnswer, UploadDetail, UploadSummary } from '@meterhouse/contract';
import type { Fault } from '@meterhouse/metering';
import type { Upload } from '../usage/index.ts';

function decided(upload: Upload) {
  const { id: uploadId, agentId, month, epoch, digest } = upload;
  return {
    uploadId,
    agentId,
    month,
    epoch,
    number: Number(upload.number),
    digest,
    receivedAt: upload.receivedAt.toISOString(),
  };
}

/** The answer to an upload; it holds nothing that changes later. */
export function uploadAnswer(upload: Upload): UploadAnswer {
  const decision = upload.state === 'late' ? 'late' : 'accepted';
  return { ...decided(upload), decision, slices: upload.outcomes.map((slice) => ({ ...slice })) };
}

function described(upload: Upload) {
  return {
    ...decided(upload),
    state: upload.state,
    bytes: Number(upload.bytes),
    records: { ...upload.records },
    ...(upload.correctionReason === null ? {} : { correctionReason: upload.correctionReason }),
    receivedBy: upload.receivedBy,
    ...(upload.loadedAt === null ? {} : { loadedAt: upload.loadedAt.toISOString() }),
    ...(upload.keyCompromisedAt === null ? {} : { keyCompromisedAt: upload.keyCompromisedAt.toISOString() }),
  };
}

export function uploadSummary(upload: Upload): UploadSummary {
  const outcomes: OutcomeCounts = {};
  for (const { outcome } of upload.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return { ...described(upload), outcomes };
}

export function uploadDetail(upload: Upload): UploadDetail {
  const { refusal } = upload;
  return {
    ...described(upload),
    slices: upload.outcomes.map((slice) => ({ ...slice })),
    ...(refusal === null ? {} : { faultCount: refusal.total, faults: refusal.faults as Fault[] }),
  };
}
