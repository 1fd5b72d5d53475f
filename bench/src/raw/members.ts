import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { LIMITS, type PartKind } from '@meterhouse/contract';
import { FaultLog, firstMember, parseHeader } from '@meterhouse/metering';

export interface Member {
  readonly kind: PartKind;
  /** A gzip file of its own. */
  readonly path: string;
}

/** Cuts the record members out of a package into files beside it, for an engine that reads files. */
export async function cutMembers(path: string): Promise<readonly Member[]> {
  const bytes = await readFile(path);
  const log = new FaultLog();
  const first = firstMember(bytes.subarray(0, LIMITS.headerCompressedBytes), log);
  const signed = first && parseHeader(first.content.toString('utf8'), log);
  if (!first || !signed) throw new Error(`${path} is no package`);
  let start = first.bytes;
  const members: Member[] = [];
  for (const part of signed.package.parts) {
    const own = bytes.subarray(start, start + part.bytes);
    start += part.bytes;
    if (createHash('sha256').update(own).digest('hex') !== part.sha256)
      throw new Error(`${path} is broken in its part ${part.kind}`);
    const member = `${path}.${part.kind}.gz`;
    await writeFile(member, own);
    members.push({ kind: part.kind, path: member });
  }
  return members;
}
