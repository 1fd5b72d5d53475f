import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { create } from 'tar';
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
        .send(packed(files));
    },
  );
}

function packed(files: readonly UsageDataFile[]): Readable {
  const names = new Map(files.map(({ path, name }) => [path, name]));
  const tar = create(
    {
      cwd: '/',
      preservePaths: true,
      // Without the owner's ids; who unpacks it owns it.
      portable: true,
      // A file that goes away meanwhile ends the answer in its middle, so that nobody takes the rest for the whole.
      strict: true,
      onWriteEntry(entry) {
        entry.path = names.get(entry.absolute)!;
      },
    },
    [...names.keys()],
  );
  return Readable.from(tar);
}

async function everyOneIsThere(files: readonly UsageDataFile[]): Promise<void> {
  for (const { name, path } of files) {
    // A name with a folder in it would be written elsewhere by whoever unpacks it.
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,98}$/.test(name))
      throw new Error(`${name} is no name for a package file`);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile())
      throw new ApiError(
        'GW_UNAVAILABLE',
        'Packages of the month are being tidied up. Try again in a minute.',
        {
          headers: { 'retry-after': '60' },
        },
      );
  }
}
