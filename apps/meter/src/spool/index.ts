export type { ChainPlace } from './chain.ts';
export { openSpool, type Spool } from './spool.ts';
