export { type DeclarationFault, DeclarationFaults } from '@meterhouse/contract/declaration';
export { applyDeclaration, type ProvisioningOptions } from './apply-declaration.ts';
export { operatorsName } from './consistency.ts';
export { makeOperators } from './first-start.ts';
