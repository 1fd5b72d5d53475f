export { type Api, type ApiOptions, createApi } from './api.ts';
export { ApiSetUpError } from './certificate.ts';
export {
  type CloudAuth,
  ControlRefusal,
  type ControlRefusalCode,
  type MeterControl,
  type MeterStatus,
  type NewProduct,
  type PrivacyView,
  type ProductChange,
  type ProductView,
  type RulesAudit,
  type RulesReport,
  type UsageDataFile,
  type WaitingCertificate,
} from './control.ts';
export { ERRORS, type ErrCode } from './errors.ts';
export { keepApi } from './keep-api.ts';
export { controlOf, type RunningControlOptions } from './running-control.ts';
export { serveApi } from './serve-api.ts';
