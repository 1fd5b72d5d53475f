export { type Config, ConfigurationFaults, configurationHelp, readConfig } from './platform/config/index.ts';
export { UV_THREADS } from './platform/engine/index.ts';
export { createLogger } from './platform/telemetry/index.ts';
export { DeclarationFaults } from './provisioning/index.ts';
export { createService, type Service, type ServiceOptions, serviceVersion } from './service.ts';
