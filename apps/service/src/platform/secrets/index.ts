export { type MasterKeySource, parseMasterKey, readMasterKey } from './master-key.ts';
export { createSecrets } from './secrets.ts';
export type { Secrets } from './types.ts';
