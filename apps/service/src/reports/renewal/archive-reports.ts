import type { ReportType } from '@meterhouse/contract';
import type { Archive } from '../../platform/archive/types.ts';
import type { MeasuredReport } from '../render/measure-report.ts';
import type { RenderedReport } from '../render/render-month.ts';

/** A report that the archive keeps. */
export interface ArchivedReport extends MeasuredReport {
  readonly type: ReportType;
  readonly archiveKey: string;
}

/** Where the reports of a meter's month (`2023-01`) lie in the archive. */
export function archiveFolder(organisationId: string, agentId: string, month: string): string {
  return `reports/${organisationId}/${agentId}/${month}/`;
}

/**
 * Hands a rendered report to the archive. The name is made from the count of changes and the bytes, so doing it again after a
 * crash finds them there, and no key ever stands for two contents.
 */
export async function archiveReport(
  archive: Archive,
  folder: string,
  basis: bigint,
  { path, ...report }: RenderedReport,
): Promise<ArchivedReport> {
  const archiveKey = `${folder}${report.type}-${basis}-${report.md5.toString('hex')}.tsv.gz`;
  await archive.take(archiveKey, path);
  return { ...report, archiveKey };
}
