export * from './declaration.ts';
export { namedTwice, targetOf } from './named-twice.ts';
export {
  type DeclarationFault,
  DeclarationFaults,
  type DeclarationFile,
  type PlacedFault,
  type ReadDeclaration,
  readDeclaration,
} from './read-declaration.ts';
export { readSecret, UnusableSecret } from './secret-source.ts';
