export { type AppOptions, createApp } from './app.ts';
export { bearerOf } from './authenticate.ts';
export { type Caller, type Role, roleAtLeast } from './caller.ts';
export type {
  DescribedAnswer,
  DescribedDocument,
  DescribedOperation,
  DescribedParameter,
} from './described.ts';
export { faultsOf } from './faults.ts';
export { hasAlready, rangeHolds } from './preconditions.ts';
export type { Access, App, Authenticate, BodyTime, Logger, Routes } from './types.ts';
