export { type FirstBreath, type FirstBreathOptions, firstBreath } from './first-breath.ts';
export { type FirstLook, type Look, type LookOptions, lookAtProducts } from './look.ts';
export { type CollectorOptions, type MakeCollector, makeCollector } from './make-collector.ts';
export { runMeterProcess } from './meter-process.ts';
export type { ProductState, ProductStatus } from './product-status.ts';
export { type RunningMeter, type RunOptions, runMeter } from './run-meter.ts';
export type { MeterSnapshot } from './snapshot.ts';
export { readStatusFile } from './status-file.ts';
