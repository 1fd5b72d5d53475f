// Reports with real rows in a real archive, and the routes that serve them.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { REPORTS, type RenditionForm, type ReportType } from '@meterhouse/contract';
import { toTsv } from '@meterhouse/metering';
import type { LightMyRequestResponse } from 'fastify';
import { openFileArchive } from '../../platform/archive/index.ts';
import type { Archive } from '../../platform/archive/types.ts';
import { createRecordChange } from '../../platform/audit/index.ts';
import { silentLogger, type TestDatabase, withTestDatabase } from '../../platform/database/testing.ts';
import { withTestEngine } from '../../platform/engine/testing.ts';
import { appWith } from '../../platform/http/testing.ts';
import { createQuotas } from '../../quotas/index.ts';
import { archiveFolder } from '../renewal/archive-reports.ts';
import { insertReport } from '../renewal/insert-report.ts';
import { supersedeReports } from '../renewal/supersede-reports.ts';
import { reportsRoutes } from '../routes.ts';
import { addMeter, addOrganisation, type TestMeter } from '../testing.ts';
import { createRenditions } from './renditions.ts';

export const now = new Date('2023-02-10T12:00:00Z');
export const MONTH = '2023-01';

export interface Stage {
  readonly database: TestDatabase;
  readonly archive: Archive;
  readonly organisationId: string;
  readonly meter: TestMeter;
  /** Its engine, archive and temporary folder lie here. */
  readonly folder: string;
  /** Where the archive keeps the reports of the meter's month. */
  readonly keys: string;
  /** What was rendered so far. */
  readonly rendered: RenditionForm[];
  issue(
    type: ReportType,
    rows: readonly (readonly string[])[],
    at?: Date,
  ): Promise<{ ref: string; tsv: Buffer }>;
  /** Downloads as a reader, or by another method or token. */
  get(
    ref: string,
    headers?: Record<string, string>,
    method?: 'GET' | 'HEAD',
  ): Promise<LightMyRequestResponse>;
}

export async function withStage(
  work: (stage: Stage) => Promise<void>,
  limits: { readonly renderingsPerHour: number } = { renderingsPerHour: 1000 },
): Promise<void> {
  const engine = await withTestEngine();
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-renditions-'));
  try {
    await withTestDatabase(async (database) => {
      const archive = await openFileArchive(join(folder, 'archive'));
      await mkdir(join(folder, 'reports'));
      const rendered: RenditionForm[] = [];
      const clock = () => now;
      const quotas = createQuotas({
        database,
        clock,
        recordChange: createRecordChange(clock),
        settings: { meters: 1000, uploadsPerDay: 1000, uploadBytesPerDay: 1e9, ...limits },
      });
      const renditions = createRenditions({
        database,
        engine,
        archive,
        logger: silentLogger,
        clock: () => now,
        folder: join(folder, 'reports'),
        takeRendering: (organisation) =>
          database.transaction((transaction) =>
            quotas.take(transaction, organisation, { renderingsPerHour: 1 }),
          ),
        timed: (form) => rendered.push(form),
      });
      const organisationId = await addOrganisation(database, 'Acme Cloud');
      const another = await addOrganisation(database, 'Another');
      const meter = await addMeter(database, organisationId);
      const app = await appWith({
        routes: [reportsRoutes({ database, archive, renditions, clock: () => now })],
        callers: {
          reader: { organisationId, role: 'reader', actor: 'token:1' },
          stranger: { organisationId: another, role: 'administrator', actor: 'token:2' },
        },
      });
      const keys = archiveFolder(organisationId, meter.agentId, MONTH);
      await work({
        database,
        archive,
        organisationId,
        meter,
        folder,
        keys,
        rendered,
        get: (ref, headers = {}, method = 'GET') =>
          app.inject({
            method,
            url: `/usage/api/v1/reports?ref=${ref}`,
            headers: { authorization: 'Bearer reader', ...headers },
          }),
        async issue(type, rows, at = now) {
          const plain = toTsv(REPORTS[type].columns, rows);
          const tsv = gzipSync(plain);
          const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();
          const md5 = createHash('md5').update(tsv).digest();
          const archiveKey = `${keys}${type}-1-${md5.toString('hex')}.tsv.gz`;
          await archive.put(archiveKey, tsv);
          await database.transaction(async (transaction) => {
            await supersedeReports(transaction, meter.id, MONTH, [type], at);
            await insertReport(
              transaction,
              { organisationId, meterId: meter.id, month: MONTH, basis: 1n },
              {
                type,
                archiveKey,
                contentLength: tsv.length,
                md5,
                sha256: sha256(tsv),
                plainSha256: sha256(plain),
                rows: rows.length,
              },
              at,
            );
          });
          const [row] = await database.query<{ ref: string }>(
            'select ref from reports where archive_key = $1',
            [archiveKey],
          );
          return { ref: row!.ref, tsv };
        },
      });
      await app.close();
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
