export { type Contract, findContract, listContracts, readContract } from './find-contract.ts';
export { findSite, listSites, type Site } from './find-site.ts';
export { type Author, type ContractTerms, putContract } from './put-contract.ts';
export { putSite } from './put-site.ts';
