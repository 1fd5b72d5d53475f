import { REPORTS, type ReportType } from '@meterhouse/contract/report-columns';

/** The forms that a report comes in: what to accept, and what its file ends in. */
export const FORMS = {
  tsv: { accept: 'text/tab-separated-values+gzip', ending: '.tsv.gz' },
  csv: { accept: 'text/csv+gzip', ending: '.csv.gz' },
  json: { accept: 'application/json+gzip', ending: '.json.gz' },
  parquet: { accept: 'application/vnd.apache.parquet', ending: '.parquet' },
} as const;
export type Form = keyof typeof FORMS;

const LONGEST = 60;

/**
 * A meter's folder: its label, for people, and its UUID, which keeps two meters of one label apart. Whatever a label holds,
 * this is one name of a file system: no separator, no control character, no dot at its beginning.
 */
export function meterFolder(agentId: string, label: string | undefined): string {
  const name = (label ?? '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/^[.\-_]+/, '')
    .slice(0, LONGEST)
    .replace(/[.\-_]+$/, '')
    .toWellFormed();
  return name === '' ? agentId : `${name}_${agentId}`;
}

/** `Monthly_Usage.tsv.gz`; a type that this version does not know is called by its own name. */
export function reportFile(reportType: string, form: Form): string {
  const known = REPORTS[reportType as ReportType] as { readonly file: string } | undefined;
  return `${known?.file ?? reportType.replace(/[^A-Za-z0-9_]+/g, '-')}${FORMS[form].ending}`;
}
