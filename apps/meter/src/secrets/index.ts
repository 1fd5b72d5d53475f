export { passwordVariables } from './from-outside.ts';
export {
  type KeyNames,
  type KeySource,
  keyOf,
  keySource,
  makeKeyBeside,
  newKeyText,
  readKey,
} from './key-source.ts';
export { openSecrets, type Secrets } from './secrets.ts';
export type { SecretOwner } from './secrets-file.ts';
