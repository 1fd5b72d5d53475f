export { type ApiToken, findApiToken, hashToken, type NewApiToken } from './api-tokens.ts';
export { type AttemptLimits, type AttemptRates, createAttemptLimits } from './attempt-limits.ts';
export { forgetUsedAssertions } from './client-assertions.ts';
export type { ConfirmCaller } from './confirm-caller.ts';
export { findServiceId } from './find-service-id.ts';
export { createIdentity, type Identity, type IdentityOptions } from './identity.ts';
export type { MeterKeys, SignInKey } from './meter-keys.ts';
export { hashPassword, verifyPassword } from './passwords.ts';
export type { KeyPurpose, SigningKey, SigningKeys } from './signing-keys.ts';
