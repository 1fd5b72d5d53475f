export { maskedLicense, REDACTED } from './hide.ts';
export { exportPrivacyKey, importPrivacyKey } from './key.ts';
export { allNames } from './names.ts';
export {
  type MeterPrivacy,
  openPrivacy,
  type PrivacyOptions,
  type PrivacyView,
  viewPrivacy,
} from './privacy.ts';
export { type Deanonymised, deanonymise, type ReportForm } from './reports/deanonymise.ts';
