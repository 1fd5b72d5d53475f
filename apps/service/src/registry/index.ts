export { assignmentsOfMonth, type MonthAssignment } from './assignments-of-month.ts';
export { findMeter, lockMeter, type Meter } from './meter.ts';
export {
  isCompromised,
  keysOfMeter,
  keysOfTakenPackages,
  meterKeys,
  type VerificationKey,
  verificationKey,
} from './meter-keys.ts';
export { createRegistry, type Registry, type RegistryOptions } from './registry.ts';
