export { type MasterKeySource, parseMasterKey, readMasterKey } from './master-key.ts';
export { rotateMasterKey, settleMasterKey } from './rotate-master-key.ts';
export { forgetSealed, opensSealed, resealAll, sealedColumns } from './sealed-columns.ts';
export { createSecrets } from './secrets.ts';
export type { Secrets } from './types.ts';
