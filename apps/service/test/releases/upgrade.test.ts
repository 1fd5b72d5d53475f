import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { readManifest, restoreBackup } from '../../src/backup/index.ts';
import { readConfig } from '../../src/platform/config/index.ts';
import { readMigrations } from '../../src/platform/database/index.ts';
import { createBareDatabase, silentLogger } from '../../src/platform/database/testing.ts';
import { type EngineMigration, migrateEngine, openEngine } from '../../src/platform/engine/index.ts';
import { createService, type Service } from '../../src/service.ts';
import { usageMigrations } from '../../src/usage/tables/tables.ts';
import { callAt, exchangeAt, until } from '../house.ts';

/** What each release left, frozen by make-release.ts; the oldest first. */
const releases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort(new Intl.Collator('en', { numeric: true }).compare);

const read = <T>(release: string, name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, release, name), 'utf8')) as T;

test('there is a release to upgrade from', () => assert.ok(releases.length > 0));

for (const release of releases) {
  test(`no migration that ${release} brought was edited, of the records and of the engine`, async () => {
    const { migrations } = await readManifest(join(import.meta.dirname, release, 'backup'));
    const own = readMigrations();
    for (const { number, name, sha256 } of migrations)
      assert.equal(
        own[number - 1]?.sha256,
        sha256,
        `${name} was released: put the change into a new migration`,
      );
    const engine = read<EngineMigration[]>(release, 'engine-tables.json');
    assert.deepEqual((await usageMigrations()).slice(0, engine.length), engine, 'these were released');
  });
}

// One process has one engine directory: the oldest release takes the longest way.
suite(`what ${releases[0]} left, read by this version`, () => {
  const release = releases[0]!;
  const folder = join(import.meta.dirname, release);
  const scratch = mkdtempSync(join(tmpdir(), 'meterhouse-upgrade-'));
  const data = join(scratch, 'data');
  let bare: Awaited<ReturnType<typeof createBareDatabase>>;
  let service: Service;

  before(async () => {
    bare = await createBareDatabase();
    const key = join(scratch, 'master.key');
    copyFileSync(join(folder, 'master.key'), key);
    chmodSync(key, 0o600);
    await restoreBackup({
      from: join(folder, 'backup'),
      data,
      databaseUrl: bare.connectionString,
      masterKey: { file: key },
      logger: silentLogger,
    });
    const engine = await openEngine({ path: join(data, 'engine') });
    await migrateEngine(engine, read<EngineMigration[]>(release, 'engine-tables.json'));
    await engine.close();
    const flags = ['--data', data, '--listen', '127.0.0.1:0', '--disk-reserve', '0'];
    const config = readConfig([...flags, '--public-url', 'https://usage.example.com'], {
      DATABASE_URL: bare.connectionString,
    });
    service = await createService(config, { logger: silentLogger });
  });
  after(async () => {
    await service?.close();
    await bare?.drop();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('the reports keep their refs and their bytes, and the tokens work', async () => {
    const { agentId, entries } = read<{ agentId: string; entries: { ref: string; checksum: string }[] }>(
      release,
      'reports.json',
    );
    const bearer = await exchangeAt(service.url, 'Acme-reader-0123456789-abcdefghijklmnop');
    const listed = await until(
      () => callAt(service.url, 'GET', `/usage/api/v1/reports/2023/3/${agentId}`, { bearer }),
      ({ headers }) => headers.get('meterhouse-renewal') === 'current',
    );
    assert.deepEqual(listed.json, entries);
    for (const { ref, checksum } of entries) {
      const answer = await fetch(`${service.url}/usage/api/v1/reports?ref=${ref}`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.equal(createHash('md5').update(bytes).digest('hex'), checksum);
    }
  });
});
