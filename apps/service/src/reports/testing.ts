import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Problem } from '@meterhouse/contract';
import type { Archive } from '../platform/archive/types.ts';
import type { Queryable } from '../platform/database/types.ts';

/** An archive in memory that keeps the promises of one on a disk; `failing` makes the next writes fail. */
export interface MemoryArchive extends Archive {
  readonly files: Map<string, Buffer>;
  failing: number;
  /** Reads so far. */
  reads: number;
}

export function memoryArchive(): MemoryArchive {
  const files = new Map<string, Buffer>();
  const keep = (key: string, bytes: Buffer) => {
    if (archive.failing-- > 0) throw new Error('the disk is full');
    const known = files.get(key);
    if (known !== undefined && !known.equals(bytes)) throw new Problem('archive-conflict');
    files.set(key, bytes);
  };
  const archive: MemoryArchive = {
    files,
    failing: 0,
    reads: 0,
    async take(key, sourcePath) {
      keep(key, await readFile(sourcePath));
      await rm(sourcePath);
    },
    async put(key, bytes) {
      keep(key, Buffer.from(bytes));
    },
    async read(key, range) {
      archive.reads += 1;
      const bytes = files.get(key);
      if (bytes === undefined) throw new Problem('archive-missing');
      return Readable.from([range === undefined ? bytes : bytes.subarray(range.start, range.end)]);
    },
    async readWhole(key, length) {
      archive.reads += 1;
      const bytes = files.get(key);
      if (bytes === undefined) throw new Problem('archive-missing');
      if (bytes.length !== length) throw new Error(`${key} has ${bytes.length} bytes`);
      return bytes;
    },
    size: async (key) => files.get(key)?.length,
    localCopy: () => Promise.reject(new Error('no file here')),
    async *list(prefix) {
      for (const key of [...files.keys()].sort()) if (key.startsWith(prefix)) yield key;
    },
    async remove(key) {
      files.delete(key);
    },
    freeBytes: async () => 2 ** 40,
  };
  return archive;
}

export async function addOrganisation(on: Queryable, name: string): Promise<string> {
  const [row] = await on.query<{ id: string }>('insert into organisations (name) values ($1) returning id', [
    name,
  ]);
  return row!.id;
}

export interface TestMeter {
  readonly id: string;
  readonly agentId: string;
}

export async function addMeter(
  on: Queryable,
  organisationId: string,
  agentId: string = randomUUID(),
): Promise<TestMeter> {
  const [row] = await on.query<{ id: string }>(
    `insert into meters (organisation_id, agent_id, label, connectivity_mode, state)
     values ($1, $2, 'a meter of the tests', 'ONLINE', 'registered') returning id`,
    [organisationId, agentId],
  );
  return { id: row!.id, agentId };
}

/** MD5 in hexadecimal. */
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
