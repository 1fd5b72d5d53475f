import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { verifyAuditLog } from '../platform/audit/index.ts';
import { type Database, openDatabase, withSnapshot } from '../platform/database/index.ts';
import { createBareDatabase, silentLogger } from '../platform/database/testing.ts';
import { findBackup, insertBackup, recordComplete } from './backup-states.ts';
import { makeBackup } from './make-backup.ts';
import { BackupFaults, readManifest } from './manifest.ts';
import { restoreBackup } from './restore-backup.ts';
import { archiveReferences, recordsTables } from './tables.ts';
import { type BackedUp, madeAt, openBackedUp } from './testing.ts';
import { refuseHalfRestored, refuseUnfinishedRestore } from './unfinished-restore.ts';
import { verifyBackup } from './verify-backup.ts';

const id = '0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11';
const folderName = '20230203T040506Z-0b6e6e8c';

suite('a backup and its restore', () => {
  let house: BackedUp;
  let backup: string;
  before(async () => {
    house = await openBackedUp();
    const made = await makeBackup(house, id);
    assert.equal(made.folder, folderName);
    backup = join(house.directory, made.folder);
  });
  after(() => house?.[Symbol.asyncDispose]());

  /** A copy of the backup that a test may spoil. */
  async function copyOfBackup(name: string): Promise<string> {
    const { cpSync } = await import('node:fs');
    const copy = join(house.folder, name);
    cpSync(backup, copy, { recursive: true });
    return copy;
  }

  /** Restores into a database and a directory of its own. */
  async function restoreInto(
    name: string,
    masterKey: Parameters<typeof restoreBackup>[0]['masterKey'],
    work: (
      database: Database,
      data: string,
      restored: Awaited<ReturnType<typeof restoreBackup>>,
    ) => Promise<void>,
  ): Promise<void> {
    const bare = await createBareDatabase();
    const data = join(house.folder, name);
    try {
      const restored = await restoreBackup({
        from: backup,
        data,
        databaseUrl: bare.connectionString,
        masterKey,
        logger: silentLogger,
        clock: () => madeAt,
      });
      const database = await openDatabase({ connectionString: bare.connectionString, logger: silentLogger });
      try {
        await work(database, data, restored);
      } finally {
        await database.close();
      }
    } finally {
      await bare.drop();
      rmSync(data, { recursive: true, force: true });
    }
  }

  test('names every table, every sequence, and every file that the records name, and no master key', async () => {
    const manifest = await verifyBackup(backup);
    const tables = await house.database.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    const expected = tables
      .map(({ name }) => name)
      .filter((name) => !['schema_migrations', 'backups'].includes(name));
    assert.deepEqual(manifest.tables.map(({ name }) => name).sort(), expected.sort());
    assert.ok(manifest.sequences.some(({ name, value }) => name === 'upload_tags' && value === '2'));
    assert.equal(manifest.archive.files, 6);
    assert.equal(manifest.jobs.lines, 1);
    assert.deepEqual(readdirSync(backup).sort(), [
      'archive',
      'archive.ndjson.gz',
      'jobs.ndjson.gz',
      'manifest.json',
      'records',
    ]);
    const secret = readFileSync(house.masterKey, 'utf8').trim();
    assert.ok(!readFileSync(join(backup, 'manifest.json'), 'utf8').includes(secret));
  });

  test('every column that is called archive_key is one that backups follow', async () => {
    const tables = await recordsTables(house.database);
    const referring = archiveReferences(tables);
    assert.ok(referring.some((statement) => statement.includes('"uploads"')));
    assert.ok(referring.some((statement) => /"reports" where removed_at is null/.test(statement)));
  });

  test('files of the archive are links that take no room, and everything is its owner’s alone', () => {
    const files = readdirSync(backup, { recursive: true, withFileTypes: true });
    for (const entry of files) {
      const { mode, nlink } = statSync(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o077, 0, entry.name);
      if (entry.parentPath.includes('/archive/') && entry.isFile()) assert.equal(nlink, 2, entry.name);
    }
  });

  test('a restored database holds the same rows, continues its numbers and its audit log, and owes every load', async () => {
    await restoreInto('restored', { file: house.masterKey }, async (database, data, restored) => {
      const [before, now] = await Promise.all([texts(house.database), texts(database)]);
      // The loads begin anew, and the restore is in the log.
      for (const tables of [before, now]) {
        tables.delete('uploads');
        tables.delete('audit_log');
      }
      assert.deepEqual(now, before);
      assert.equal(restored.uploads, 2);
      assert.deepEqual(await database.query('select distinct state from uploads'), [{ state: 'accepted' }]);
      const jobs = await database.query<{ task: string }>(
        'select task_identifier as task from graphile_worker.jobs order by run_at, id',
      );
      assert.deepEqual(
        jobs.map(({ task }) => task),
        ['usage-load', 'usage-load', 'reports-renew'],
      );
      assert.deepEqual(await database.query("select nextval('upload_tags') as next"), [{ next: '3' }]);
      const [meter] = await database.query<{ id: string }>(
        `insert into meters (organisation_id, agent_id, label, connectivity_mode)
         values ($1, gen_random_uuid(), 'next', 'ONLINE') returning id`,
        [house.organisationId],
      );
      assert.equal(meter!.id, String(Number(house.meterId) + 1));
      const verdict = await verifyAuditLog(database);
      assert.ok(verdict.intact);
      assert.equal(verdict.entries, 2);
      const key = `packages/${house.organisationId}/agent/2023-01/1.gz`;
      assert.equal(readFileSync(join(data, 'archive', key), 'utf8'), 'package 1');
      assert.equal(readFileSync(join(data, 'master.key'), 'utf8'), readFileSync(house.masterKey, 'utf8'));
      refuseUnfinishedRestore(data);
      await refuseHalfRestored(database);
    });
  });

  test('without the master key the signing keys retire with their private halves gone, and all else is there', async () => {
    await restoreInto('without-key', 'new', async (database, _data, restored) => {
      assert.equal(restored.lostKeys, 1);
      const [key] = await database.query<{ sealed: Buffer; retired: Date | null }>(
        'select sealed_private_jwk as sealed, retired_at as retired from signing_keys',
      );
      assert.equal(key!.sealed.length, 0);
      assert.deepEqual(key!.retired, madeAt);
    });
  });

  test('a master key of something else is refused, and nothing is committed', async () => {
    const other = join(house.folder, 'other.key');
    writeFileSync(other, `${Buffer.alloc(32, 7).toString('base64url')}\n`, { mode: 0o600 });
    await assert.rejects(
      restoreInto('wrong-key', { file: other }, async () => undefined),
      /not the one of this backup/,
    );
  });

  test('a restore needs an empty directory and an empty database, and says so before it writes', async () => {
    const data = join(house.folder, 'occupied');
    mkdirSync(data);
    writeFileSync(join(data, 'something'), '');
    const attempt = (directory: string) =>
      restoreBackup({
        from: backup,
        data: directory,
        databaseUrl: house.database.connectionString,
        masterKey: 'new',
        logger: silentLogger,
        tell: () => assert.fail('reads the backup before it looks at the target'),
      });
    await assert.rejects(attempt(data), /occupied is not empty/);
    await assert.rejects(attempt(join(house.folder, 'fresh')), /the database is not empty/);
    await assert.rejects(attempt(house.folder), /is inside/);
    assert.deepEqual(readdirSync(data), ['something']);
  });

  test('verify tells every fault at once: damaged, cut, missing and foreign files', async () => {
    const copy = await copyOfBackup('spoilt');
    const report = `archive/reports/${house.organisationId}/kept.tsv.gz`;
    writeFileSync(join(copy, report), 'Report');
    truncateSync(join(copy, 'records/meters.gz'), 5);
    rmSync(join(copy, `archive/packages/${house.organisationId}/agent/2023-01/2.gz`));
    writeFileSync(join(copy, 'archive/foreign'), '');
    const error = await verifyBackup(copy).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof BackupFaults);
    assert.deepEqual([...error.faults].sort(), [
      'archive/foreign is not part of this backup',
      `archive/packages/${house.organisationId}/agent/2023-01/2.gz is missing`,
      `${report} has other bytes than when the backup was made`,
      `records/meters.gz has 5 bytes instead of ${statSync(join(backup, 'records/meters.gz')).size}`,
    ]);
  });

  test('a manifest that was changed, cut or taken away is no backup', async () => {
    const copy = await copyOfBackup('other-manifest');
    const path = join(copy, 'manifest.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"version": "0.1.0"', '"version": "0.1.1"'));
    await assert.rejects(readManifest(copy), /its digest is not that of its content/);
    writeFileSync(path, text.slice(0, 100));
    await assert.rejects(readManifest(copy), /not JSON/);
    writeFileSync(path, text.replace('meterhouse-backup/1', 'meterhouse-backup/9'));
    await assert.rejects(readManifest(copy), /newer Meterhouse/);
    rmSync(path);
    await assert.rejects(readManifest(copy), /is no backup/);
  });

  test('what changes while it is made is not in it: records and files are those of one moment', async () => {
    const key = `packages/${house.organisationId}/agent/2023-01/3.gz`;
    let changed = false;
    const changing = {
      ...house,
      archive: {
        ...house.archive,
        // The records are written by now.
        async size(asked: string) {
          if (!changed) {
            changed = true;
            await house.archive.put(key, Buffer.from('package 3'));
            await house.database.query(
              `insert into uploads (row_tag, organisation_id, meter_id, month, epoch, number, digest, archive_key, bytes, state,
                 received_by, received_at)
               values (99, $1, $2, '2023-01-01', 1, 3, sha256('3'), $3, 9, 'accepted', 'token:x', now())`,
              [house.organisationId, house.meterId, key],
            );
          }
          return house.archive.size(asked);
        },
      },
    };
    const made = await makeBackup(changing, 'aaaaaaaa-0000-4000-8000-000000000001');
    await house.database.query('delete from uploads where row_tag = 99');
    assert.ok(changed);
    assert.equal(made.archiveFiles, 6);
    const manifest = await verifyBackup(join(house.directory, made.folder));
    assert.equal(manifest.tables.find(({ name }) => name === 'uploads')?.rows, 2);
  });

  test('a file that the records name and the archive lacks fails the backup and leaves nothing', async () => {
    const key = `packages/${house.organisationId}/agent/2023-01/1.gz`;
    const bytes = readFileSync(join(house.folder, 'archive', key));
    await house.archive.remove(key);
    const listed = readdirSync(house.directory);
    try {
      await assert.rejects(
        makeBackup(house, 'bbbbbbbb-0000-4000-8000-000000000001'),
        /The archive lacks a file/,
      );
    } finally {
      await house.archive.put(key, bytes);
    }
    assert.deepEqual(readdirSync(house.directory), listed);
  });

  test('a disk below its reserve fails the backup and leaves nothing', async () => {
    const listed = readdirSync(house.directory);
    await assert.rejects(
      makeBackup({ ...house, diskReserve: Number.MAX_SAFE_INTEGER }, 'cccccccc-0000-4000-8000-000000000001'),
      /not enough room/,
    );
    assert.deepEqual(readdirSync(house.directory), listed);
  });

  test('a run that died before its folder had a name is swept, one that died after it is recognised', async () => {
    const left = join(house.directory, '.20230101T000000Z-dddddddd.partial');
    mkdirSync(left);
    appendFileSync(join(left, 'manifest.json'), '{');
    const again = await makeBackup({ ...house, clock: () => new Date('2024-01-01T00:00:00Z') }, id);
    assert.equal(again.folder, folderName);
    assert.ok(!readdirSync(house.directory).some((name) => name.startsWith('.')));
  });

  test('a restore that was ended goes on with the same backup, and no service starts before', async () => {
    const bare = await createBareDatabase();
    const data = join(house.folder, 'interrupted');
    const options = { from: backup, data, databaseUrl: bare.connectionString, logger: silentLogger } as const;
    const wrong = join(house.folder, 'other.key');
    try {
      // It ends in the middle of the records: the key is judged by the rows that are loaded.
      await assert.rejects(restoreBackup({ ...options, masterKey: { file: wrong } }));
      assert.throws(() => refuseUnfinishedRestore(data), /was not finished/);
      const database = await openDatabase({ connectionString: bare.connectionString, logger: silentLogger });
      await assert.rejects(refuseHalfRestored(database), /was not finished/);
      const other = await makeBackup(house, 'eeeeeeee-0000-4000-8000-000000000001');
      await assert.rejects(
        restoreBackup({ ...options, from: join(house.directory, other.folder), masterKey: 'new' }),
        /unfinished restore of another backup/,
      );
      await restoreBackup({ ...options, masterKey: { file: house.masterKey } });
      refuseUnfinishedRestore(data);
      await refuseHalfRestored(database);
      assert.equal((await database.query('select 1 from uploads')).length, 2);
      await database.close();
    } finally {
      await bare.drop();
    }
  });

  test('a backup is recorded once, and what failed before is not overwritten', async () => {
    const asked = await insertBackup(house.database, 'token:x', madeAt);
    const made = { folder: 'a', rows: 1, archiveFiles: 2, bytes: 3 };
    await recordComplete(house.database, asked.id, made, madeAt);
    await recordComplete(house.database, asked.id, { ...made, folder: 'b' }, madeAt);
    assert.equal((await findBackup(house.database, asked.id))?.folder, 'a');
  });
});

/** Every table as COPY writes it, by name. */
async function texts(database: Database): Promise<Map<string, string>> {
  return withSnapshot(database.connectionString, async (snapshot) => {
    const { text } = await import('node:stream/consumers');
    const found = new Map<string, string>();
    for (const { name, columns } of await recordsTables(snapshot)) {
      const list = columns.map((column) => `"${column}"`).join(', ');
      found.set(
        name,
        await text(snapshot.copyOut(`copy (select ${list} from "${name}" order by 1, 2) to stdout`)),
      );
    }
    return found;
  });
}
