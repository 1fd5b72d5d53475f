export {
  BackupFaults,
  type MasterKeyChoice,
  type Restored,
  restoreBackup,
  verifyBackup,
} from './backup/index.ts';
export { type Config, ConfigurationFaults, configurationHelp, readConfig } from './platform/config/index.ts';
export { UV_THREADS } from './platform/engine/index.ts';
export { createLogger } from './platform/telemetry/index.ts';
export { DeclarationFaults } from './provisioning/index.ts';
export { type RotatedMasterKey, rotateMasterKeyOffline } from './rotate-key-offline.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
export { serviceVersion } from './version.ts';
