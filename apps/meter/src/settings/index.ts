export type {
  ApiSettings,
  CustomerRule,
  LicenseRule,
  MeterSettings,
  NameTreatment,
  PrivacySettings,
  ProductSettings,
  SpoolSettings,
  UploadSettings,
} from './settings.ts';
