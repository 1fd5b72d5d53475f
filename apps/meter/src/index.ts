export * from './activation/index.ts';
export {
  type UsageDays,
  type WriteOptions,
  type WriteProgress,
  type WrittenDay,
  writeDays,
} from './days/index.ts';
export * from './fleet/index.ts';
export * from './identity/index.ts';
export * from './replay/index.ts';
export * from './sign-in/index.ts';
