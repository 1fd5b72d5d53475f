export { canonical, canonicalDigest, packageDigest } from './canonical.ts';
export { addDigest, formatDigest, recordDigest } from './digest.ts';
export {
  FAULTS_KEPT,
  type Fault,
  type FaultCode,
  FaultLog,
  type FaultPart,
  type Faults,
  PackageError,
} from './faults.ts';
export { type FirstMember, firstMember } from './framing.ts';
export { checkHeader, headerLine, parseHeader } from './header.ts';
export { type LineFault, LineParser } from './line.ts';
export {
  type Batch,
  checkPackage,
  type KindRecord,
  openPackage,
  type PackageReader,
  type ReadOptions,
} from './reader.ts';
export {
  type Key,
  type KeyLookup,
  type SignatureVerdict,
  type Signer,
  signHeader,
  thumbprint,
  verifySignature,
} from './signature.ts';
export {
  type PackageContent,
  type RecordText,
  recordLine,
  type WrittenPackage,
  writePackage,
} from './writer.ts';
