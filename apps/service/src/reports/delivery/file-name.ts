import { REPORTS } from '@meterhouse/contract';
import type { StoredReport } from './find-report.ts';

/**
 * What a downloaded report is called: report, month, meter, and whether it may still change.
 *
 * @example Monthly_Usage_2023-01_88531d1c-296e-4b47-8431-c0e8182148e7_provisional.tsv.gz
 */
export function fileName(
  report: Pick<StoredReport, 'report_type' | 'month' | 'agent_id' | 'revision'>,
  ending: string,
): string {
  const issue = report.revision === null ? 'provisional' : `r${report.revision}`;
  return `${REPORTS[report.report_type].file}_${report.month}_${report.agent_id}_${issue}.${ending}`;
}
