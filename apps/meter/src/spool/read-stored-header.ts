import { open } from 'node:fs/promises';
import { LIMITS, type PackageHeader } from '@meterhouse/contract';
import { FaultLog, firstMember, PackageError, packageDigest, parseHeader } from '@meterhouse/metering';

export interface StoredHeader {
  readonly header: PackageHeader;
  /** The package's identity. */
  readonly digest: string;
}

/**
 * What a package on the disk lists, without unpacking a record. The signature is not looked at: it is one of our own.
 * @throws PackageError when its first member is damaged
 */
export async function readStoredHeader(path: string): Promise<StoredHeader> {
  const file = await open(path, 'r');
  try {
    const start = Buffer.alloc(Math.min(LIMITS.headerCompressedBytes, (await file.stat()).size));
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const log = new FaultLog();
    const member = firstMember(start.subarray(0, bytesRead), log);
    const signed = member && parseHeader(member.content.toString('utf8'), log);
    if (signed === undefined) throw new PackageError(log);
    return { header: signed.package, digest: packageDigest(signed.package) };
  } finally {
    await file.close();
  }
}
