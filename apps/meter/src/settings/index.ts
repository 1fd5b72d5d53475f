export { changeSettings, type SettingsChange } from './change-settings.ts';
export {
  compareSettings,
  type ProductDifference,
  type SettingsDifference,
  type SettingsRoom,
} from './compare-settings.ts';
export type { CustomerRuleEntry, MeterFile, ProductEntry } from './file-shape.ts';
export { freshSettings, writeSettings } from './fresh-settings.ts';
export { readSettings } from './read-settings.ts';
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
export { type Environment, OUTER_SETTINGS, type OuterSetting, type SettingFlags } from './sources.ts';
