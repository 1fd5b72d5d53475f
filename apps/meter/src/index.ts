export * from './identity/index.ts';
export * from './replay/index.ts';
