import { RENDITIONS, REPORT_MEDIA_TYPE, type RenditionForm } from '@meterhouse/contract';
import type { Renditions } from '../renditions/renditions.ts';
import { fileName } from './file-name.ts';
import type { StoredReport } from './find-report.ts';

/** What a download sends. */
export interface Sent {
  readonly archiveKey: string;
  readonly fileName: string;
  readonly contentLength: number;
  /** Of these bytes, hexadecimal. */
  readonly sha256: string;
  /** Names these bytes among all forms of all reports: the entity tag without its quotes. */
  readonly tag: string;
}

/** Every type that a report comes as, its own first. */
export const MEDIA_TYPES: readonly string[] = [
  REPORT_MEDIA_TYPE,
  ...Object.values(RENDITIONS).map(({ mediaType }) => mediaType),
];

/** The file behind a report in one of MEDIA_TYPES; another form than its own is rendered when nobody has asked for it yet. */
export async function sentAs(renditions: Renditions, report: StoredReport, mediaType: string): Promise<Sent> {
  const form = (Object.keys(RENDITIONS) as RenditionForm[]).find(
    (each) => RENDITIONS[each].mediaType === mediaType,
  );
  if (form === undefined)
    return {
      archiveKey: report.archive_key,
      fileName: fileName(report, 'tsv.gz'),
      contentLength: report.content_length,
      sha256: report.sha256,
      tag: report.md5,
    };
  const rendition = await renditions.of(report, form);
  return {
    archiveKey: rendition.archive_key,
    fileName: fileName(report, RENDITIONS[form].ending),
    contentLength: rendition.content_length,
    sha256: rendition.sha256,
    tag: rendition.sha256,
  };
}

/** The field Repr-Digest (RFC 9530, 3) of a file: of the whole, also where a range of it is sent. */
export function reprDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}
