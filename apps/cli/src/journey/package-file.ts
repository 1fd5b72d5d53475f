import { open } from 'node:fs/promises';
import { LIMITS, type PackageHeader } from '@meterhouse/contract';
import { FaultLog, firstMember, PackageError, parseHeader } from '@meterhouse/metering';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** A package on disk: where it lies and what its header says. */
export interface PackageFile {
  readonly path: string;
  readonly bytes: number;
  readonly header: PackageHeader;
}

/** Reads a package's header; its signature is for the service to check. @throws PackageError with every fault of the header */
export async function readPackageFile(path: string): Promise<PackageFile> {
  const file = await open(path, 'r');
  try {
    const stat = await file.stat();
    if (!stat.isFile())
      throw new Failure(`${path} is no file.`, EXIT.input, {
        advice: 'Name the packages: uploads send FOLDER/*',
      });
    const { size } = stat;
    const start = Buffer.alloc(Math.min(size, LIMITS.headerCompressedBytes));
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const log = new FaultLog();
    const member = firstMember(start.subarray(0, bytesRead), log);
    const signed = member && parseHeader(member.content.toString('utf8'), log);
    if (signed === undefined) throw new PackageError(log);
    return { path, bytes: size, header: signed.package };
  } finally {
    await file.close();
  }
}

/** Chains in the order in which they were made, so that a service that gets them sees no gap on the way. */
export function inChainOrder(files: readonly PackageFile[]): PackageFile[] {
  return files.toSorted(
    ({ header: a }, { header: b }) =>
      (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : 0) || a.epoch - b.epoch || a.number - b.number,
  );
}
