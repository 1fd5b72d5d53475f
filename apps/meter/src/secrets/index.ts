export { passwordVariables } from './from-outside.ts';
export type { KeySource } from './key-source.ts';
export { openSecrets, type Secrets } from './secrets.ts';
export type { SecretOwner } from './secrets-file.ts';
