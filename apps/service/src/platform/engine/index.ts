export { type EngineOptions, type LaneSize, openEngine, UV_THREADS } from './engine.ts';
export { type EngineMigration, migrateEngine } from './migrate.ts';
export type { Engine, EngineLane, EngineValues } from './types.ts';
