export * from './measures/index.ts';
export * from './package/index.ts';
export * from './reports/index.ts';
export * from './rules/index.ts';
