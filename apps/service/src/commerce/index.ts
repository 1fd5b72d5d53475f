export { type Commerce, createCommerce } from './commerce.ts';
export { type Contract, lockContract } from './find-contract.ts';
export { holdSite, type Site } from './find-site.ts';
export { putContract } from './put-contract.ts';
export { putSite } from './put-site.ts';
export type { Author, CommerceOptions, CommerceTools, RequestRenewal } from './tools.ts';
export type { ContractTerms } from './write-contract.ts';
