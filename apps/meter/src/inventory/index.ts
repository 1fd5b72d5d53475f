export {
  type Collector,
  CollectorFailure,
  type CollectorHealth,
  type FailureCode,
  type WatchOptions,
} from './collector.ts';
export { plainVersion } from './plain-version.ts';
export type { Change, Happening, ProductIdentity, ProductLog, Reading } from './reading.ts';
export {
  type ClusterState,
  type HostState,
  type Inventory,
  type License,
  type MachineState,
  NO_LICENSE,
  type Place,
  type PlaceType,
} from './states.ts';
