export * from './http/everywhere.ts';
export * from './http/identity.ts';
export * from './http/registry.ts';
export * from './http/reports.ts';
export * from './http/uploads.ts';
export * from './problems.ts';
export * from './report-columns.ts';
export * from './usage-package.ts';
