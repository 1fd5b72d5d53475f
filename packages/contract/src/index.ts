export * from './http/everywhere.ts';
export * from './http/reports.ts';
export * from './problems.ts';
export * from './report-columns.ts';
export * from './usage-package.ts';
