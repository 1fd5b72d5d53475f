import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, openFileArchive } from '../platform/archive/index.ts';
import { createRecordChange } from '../platform/audit/index.ts';
import type { Database } from '../platform/database/index.ts';
import { createTestDatabase } from '../platform/database/testing.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { createSecrets, readMasterKey } from '../platform/secrets/index.ts';
import { renditionKeys } from '../reports/index.ts';
import type { MakeTools } from './make-backup.ts';

/** Records of a small provider with two packages and a report in the archive, and a folder that is gone afterwards. */
export interface BackedUp extends MakeTools, AsyncDisposable {
  readonly folder: string;
  readonly organisationId: string;
  readonly meterId: string;
  readonly masterKey: string;
}

export const madeAt = new Date('2023-02-03T04:05:06.789Z');

export async function openBackedUp(): Promise<BackedUp> {
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-backup-'));
  const database = await createTestDatabase();
  const archive = await openFileArchive(join(folder, 'archive'));
  const masterKey = join(folder, 'master.key');
  const { organisationId, meterId } = await fill(database, archive, masterKey);
  return {
    folder,
    database,
    archive,
    organisationId,
    meterId,
    masterKey,
    clock: () => madeAt,
    directory: join(folder, 'backups'),
    diskReserve: 0,
    version: '0.1.0',
    async [Symbol.asyncDispose]() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function fill(database: Database, archive: Archive, masterKey: string) {
  const secrets = createSecrets(readMasterKey({ path: masterKey, create: true }));
  const jobs = createJobs();
  const recordChange = createRecordChange(() => madeAt);
  return database.transaction(async (transaction) => {
    const [organisation] = await transaction.query<{ id: string }>(
      // What COPY escapes: a backslash, a tab, a line feed, and letters beyond ASCII.
      `insert into organisations (name, partner_id) values (E'Ac\\\\me\\t\\n Über 会社', 'P-1') returning id`,
    );
    const organisationId = organisation!.id;
    const [meter] = await transaction.query<{ id: string }>(
      `insert into meters (organisation_id, agent_id, label, connectivity_mode, state)
       values ($1, gen_random_uuid(), 'um', 'ONLINE', 'registered') returning id`,
      [organisationId],
    );
    const meterId = meter!.id;
    await transaction.query(
      `insert into meter_assignments (meter_id, from_hour, metering_mode) values ($1, '-infinity', 'PRODUCTION')`,
      [meterId],
    );
    for (const number of [1, 2]) {
      const key = `packages/${organisationId}/agent/2023-01/${number}.gz`;
      await archive.put(key, Buffer.from(`package ${number}`));
      await archive.put(`${key}.receipt.json`, Buffer.from(`receipt ${number}`));
      await transaction.query(
        `insert into uploads (row_tag, organisation_id, meter_id, month, epoch, number, digest, archive_key, bytes, state,
           received_by, received_at, loaded_at)
         values (nextval('upload_tags'), $1, $2, '2023-01-01', 1, $3, sha256($4), $5, 9, $6, 'token:x', $7, $8)`,
        [
          organisationId,
          meterId,
          number,
          Buffer.from(key),
          key,
          number === 1 ? 'loaded' : 'accepted',
          madeAt,
          number === 1 ? madeAt : null,
        ],
      );
    }
    const [upload] = await transaction.query<{ id: string }>(
      "select id from uploads where state = 'accepted'",
    );
    await jobs.add(
      transaction,
      'usage-load',
      { uploadId: upload!.id },
      { queue: 'q', key: `usage-load:${upload!.id}` },
    );
    await jobs.add(transaction, 'reports-renew', { meterId, month: '2023-01' }, { queue: 'q', key: 'renew' });
    for (const [ref, removed] of [
      ['kept', false],
      ['gone', true],
    ] as const) {
      const key = `reports/${organisationId}/${ref}.tsv.gz`;
      if (!removed) {
        await archive.put(key, Buffer.from('report'));
        await archive.put(renditionKeys(key)[0]!, Buffer.from('rendition'));
      }
      await transaction.query(
        `insert into reports (ref, organisation_id, meter_id, month, report_type, basis, content_type, archive_key,
           content_length, md5, sha256, plain_sha256, rows, superseded_at, removed_at)
         values ($1, $2, $3, '2023-01-01', 'MONTHLY_USAGE', 1, 'text/plain', $4, 6, decode(md5('report'), 'hex'), sha256('packed'), sha256('report'), 1, $5, $5)`,
        [ref, organisationId, meterId, key, removed ? madeAt : null],
      );
    }
    await transaction.query(
      `insert into signing_keys (kid, purpose, algorithm, public_jwk, sealed_private_jwk)
       values ('key-1', 'access', 'ES256', '{}', $1)`,
      [secrets.seal('signing-key:key-1', Buffer.from('private'))],
    );
    await recordChange(transaction, { actor: 'service', action: 'made', subject: 'test', organisationId });
    return { organisationId, meterId };
  });
}
