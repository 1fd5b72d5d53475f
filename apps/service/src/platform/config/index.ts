export { configurationDocument, configurationHelp } from './help.ts';
export { ConfigurationFaults, isLoopback, readConfig } from './read-config.ts';
export type { Config } from './settings.ts';
