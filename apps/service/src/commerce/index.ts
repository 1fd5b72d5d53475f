export { type Commerce, createCommerce } from './commerce.ts';
export { type Contract, findContract } from './find-contract.ts';
export { findSite, type Site } from './find-site.ts';
export { putContract } from './put-contract.ts';
export { putSite } from './put-site.ts';
export type { Author, CommerceOptions, CommerceTools, RequestRenewal } from './tools.ts';
export type { ContractTerms } from './write-contract.ts';
