export { type ChainPlace, openSpool, type Spool } from './spool.ts';
