export * from './api-tokens.ts';
export * from './audit-log.ts';
export * from './notifications.ts';
export * from './organisations.ts';
export * from './people.ts';
export * from './signing-keys.ts';
export * from './whoami.ts';
