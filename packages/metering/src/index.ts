export * from './measures/month.ts';
export * from './package/index.ts';
