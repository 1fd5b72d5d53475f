export type { ChainPlace } from './chain.ts';
export { type ExportedPackage, type ExportOptions, exportMonth, packagesOfMonth } from './export-month.ts';
export { DamagedHour } from './hour-records.ts';
export { hoursOfMonth } from './hours-of-month.ts';
export { lockFile, lockHolder } from './lock.ts';
export { type CarriedPackage, markCarried } from './mark-carried.ts';
export {
  type ListedProduct,
  type PackedPackage,
  type PackOptions,
  type PackResult,
  packHours,
} from './pack-hours.ts';
export { finishPackInstead, packInstead } from './pack-instead.ts';
export { makePlaces, type SpoolPlaces, spoolPlaces } from './places.ts';
export type { PackageLimits } from './plan-packages.ts';
export { readStoredHeader, type StoredHeader } from './read-stored-header.ts';
export { openSpool, type Spool } from './spool.ts';
export {
  markRefused,
  markSent,
  packageNames,
  type StoredPackage,
  sendAgain,
  storedPackage,
  storedPackages,
} from './stored-packages.ts';
export { lookAtSpool, type SpoolState, type Tended, tendSpool } from './tend-spool.ts';
