/**
 * Freezes what a release leaves on a disk, so that every later version is tested to read it:
 *
 *     node apps/service/test/releases/make-release.ts 0.1.0
 *
 * Run once for each release, from the released sources, and committed with them. `0.1.0/` then holds a backup of a small but
 * complete service with its master key (of this fixture alone), the statements that made the engine's tables, and what its
 * reports said. It is never made again after the release: a migration that was released is never edited.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageMigrations } from '../../src/usage/tables/tables.ts';
import { openHouse, until } from '../house.ts';
import { makeLiveMeter, upload } from '../meter.ts';

const release = process.argv[2];
if (!/^\d+\.\d+\.\d+$/.test(release ?? '')) throw new Error('Say which release, such as 0.1.0.');
const folder = join(import.meta.dirname, release!);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);

const house = await openHouse({ flags: ['--public-url', 'https://usage.example.com'] });
try {
  const { administrator, reader } = house.a.access;
  const meter = await makeLiveMeter(house, house.a);
  await makeLiveMeter(house, house.b);
  await upload(house, meter, administrator);
  const path = `/usage/api/v1/reports/2023/3/${meter.agentId}`;
  const listed = await until(
    () => house.call('GET', path, { bearer: reader }),
    ({ json, headers }) => headers.get('meterhouse-renewal') === 'current' && json.length > 0,
  );
  await house.call('GET', `/usage/api/v1/reports?ref=${listed.json[0].ref}`, {
    bearer: reader,
    headers: { accept: 'text/csv+gzip' },
  });
  const operator = await house.exchange(house.operatorToken);
  const asked = await house.call('POST', '/api/v1/backups', { bearer: operator });
  const made = await until(
    () => house.call('GET', `/api/v1/backups/${asked.json.id}`, { bearer: operator }),
    ({ json }) => json.state !== 'running',
  );
  if (made.json.state !== 'complete') throw new Error(made.text);
  cpSync(join(house.data, 'backups', made.json.folder), join(folder, 'backup'), { recursive: true });
  cpSync(join(house.data, 'master.key'), join(folder, 'master.key'));
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  write('engine-tables.json', await usageMigrations());
  write('reports.json', { agentId: meter.agentId, entries: listed.json });
  console.log(`${folder}: ${made.json.rows} rows, ${made.json.archiveFiles} files of the archive`);
} finally {
  await house.close();
}
