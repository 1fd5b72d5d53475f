import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Header } from 'tar';
import type { MeterControl, UsageDataFile } from './control.ts';
import { ApiError } from './errors.ts';

const MONTH = /^(?!0000)\d{4}-(0[1-9]|1[0-2])$/;

/**
 * The packages of a month in one answer: a tar, which every system unpacks and which needs no length in advance, so that a month
 * is never a whole in memory. The files within are what `meterhouse uploads send` takes.
 */
export function usageDataRoutes(app: FastifyInstance, control: MeterControl): void {
  app.get<{ Params: { month: string } }>(
    '/api/v1/usage-data/:month',
    async ({ params: { month } }, reply) => {
      const files = MONTH.test(month) ? await control.usageData(month) : [];
      if (files.length === 0)
        throw new ApiError(
          'GW_USAGE_DATA_NOT_FOUND',
          'Usage metering data not found for the specified period',
        );
      await everyOneIsThere(files);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="usage-data-${month}.tar"`)
        .send(Readable.from(packed(files)));
    },
  );
}

const BLOCK = 512;

/**
 * One file after the other, each open only while it is read. One that goes away or is shorter than it was ends the answer in
 * its middle, so that nobody takes the rest for the whole.
 */
async function* packed(files: readonly UsageDataFile[]): AsyncGenerator<Buffer> {
  for (const { name, paths } of files) {
    const file = await openFirst(paths);
    if (file === undefined) throw new Error(`${name} went away while the month was sent`);
    try {
      const { size, mtime } = await file.stat();
      // Without the owner's ids; who unpacks it owns it.
      const header = new Header({ path: name, type: 'File', mode: 0o600, size, mtime });
      header.encode();
      yield header.block!;
      let left = size;
      if (size > 0)
        for await (const piece of file.createReadStream({ autoClose: false, end: size - 1 })) {
          yield piece as Buffer;
          left -= (piece as Buffer).length;
        }
      if (left > 0) throw new Error(`${name} became shorter while the month was sent`);
      if (size % BLOCK > 0) yield Buffer.alloc(BLOCK - (size % BLOCK));
    } finally {
      await file.close();
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function openFirst(paths: readonly string[]): Promise<FileHandle | undefined> {
  for (const path of paths) {
    try {
      return await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

async function everyOneIsThere(files: readonly UsageDataFile[]): Promise<void> {
  for (const { name, paths } of files) {
    // A name with a folder in it would be written elsewhere by whoever unpacks it.
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,98}$/.test(name))
      throw new Error(`${name} is no name for a package file`);
    const file = await openFirst(paths);
    await file?.close();
    if (file === undefined)
      throw new ApiError(
        'GW_UNAVAILABLE',
        'Packages of the month are being tidied up. Try again in a minute.',
        {
          headers: { 'retry-after': '60' },
        },
      );
  }
}
