// Renders one form of a report as a service would, in a process of its own that METERHOUSE_CRASH_AT may end: on the records
// that are named, and an engine, an archive and a temporary folder below `folder`.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenditionForm } from '@meterhouse/contract';
import { openFileArchive } from '../../platform/archive/index.ts';
import { openDatabase } from '../../platform/database/index.ts';
import { silentLogger } from '../../platform/database/testing.ts';
import { openEngine } from '../../platform/engine/index.ts';
import { findReport } from '../delivery/find-report.ts';
import { createRenditions } from './renditions.ts';

const [connectionString = '', folder = '', organisationId = '', ref = '', form] = process.argv.slice(2);
const database = await openDatabase({ connectionString, logger: silentLogger });
const engine = await openEngine({ path: join(folder, 'engine') });
const temporary = join(folder, 'reports');
await rm(temporary, { recursive: true, force: true });
await mkdir(temporary);
const renditions = createRenditions({
  database,
  engine,
  archive: await openFileArchive(join(folder, 'archive')),
  logger: silentLogger,
  clock: () => new Date(),
  folder: temporary,
  takeRendering: async () => undefined,
  timed: () => undefined,
});
const report = await findReport(database, organisationId, ref);
await renditions.of(report!, form as RenditionForm);
await engine.close();
await database.close();
