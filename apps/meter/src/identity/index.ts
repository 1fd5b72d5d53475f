export { AGENT_VERSION } from './agent-version.ts';
export { derivedUuid } from './derived-uuid.ts';
export {
  type ActivatedMeter,
  initMeter,
  keepActivation,
  keepBinding,
  loadActivatedMeter,
  loadMeter,
  type Meter,
} from './identity.ts';
export { type MeterKey, makeKey, type PrivateJwk, type PublicJwk } from './key.ts';
export { MeterError, type MeterErrorCode } from './meter-error.ts';
export { ServiceRefusal } from './service-refusal.ts';
