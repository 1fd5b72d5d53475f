export * from './report-columns.ts';
export * from './usage-package.ts';
