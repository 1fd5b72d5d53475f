import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { REPORT_MEDIA_TYPE, REPORTS, type ReportType } from '@meterhouse/contract';
import type { LightMyRequestResponse } from 'fastify';
import { withTestDatabase } from '../platform/database/testing.ts';
import type { Database } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/caller.ts';
import { appWith } from '../platform/http/testing.ts';
import type { App } from '../platform/http/types.ts';
import { insertReport } from './renewal/insert-report.ts';
import { noteChange } from './renewal/request-renewal.ts';
import { supersedeReports } from './renewal/supersede-reports.ts';
import { reportsRoutes } from './routes.ts';
import {
  addMeter,
  addOrganisation,
  type MemoryArchive,
  md5,
  memoryArchive,
  type TestMeter,
} from './testing.ts';

const base = '/usage/api/v1/reports';
const now = new Date('2023-02-10T12:00:00Z');
const days = (count: number) => new Date(now.getTime() - count * 86_400_000);

interface Stage {
  readonly app: App;
  readonly database: Database;
  readonly archive: MemoryArchive;
  readonly organisationId: string;
  readonly meter: TestMeter;
  /** Gives a report these bytes and its ref. */
  issue(meter: TestMeter, type: ReportType, month: string, text: string, at?: Date): Promise<string>;
  get(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

async function withStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  await withTestDatabase(async (database) => {
    const archive = memoryArchive();
    const organisationId = await addOrganisation(database, 'Acme Cloud');
    const stranger = await addOrganisation(database, 'Another');
    const caller = (organisation: string, role: Caller['role']): Caller => ({
      organisationId: organisation,
      role,
      actor: 'token:1',
    });
    const app = await appWith({
      routes: [reportsRoutes({ database, archive, renditions: noRenditions, clock: () => now })],
      callers: { reader: caller(organisationId, 'reader'), stranger: caller(stranger, 'administrator') },
    });
    const meter = await addMeter(database, organisationId);
    await work({
      app,
      database,
      archive,
      organisationId,
      meter,
      get: (url, headers = {}) =>
        app.inject({ url, headers: { authorization: 'Bearer reader', ...headers } }),
      async issue(of, type, month, text, at = now) {
        const bytes = Buffer.from(text);
        const archiveKey = `reports/${of.agentId}/${month}/${type}-${md5(bytes)}.tsv.gz`;
        await archive.put(archiveKey, bytes);
        await database.transaction(async (transaction) => {
          await supersedeReports(transaction, of.id, month, [type], at);
          await insertReport(
            transaction,
            { organisationId, meterId: of.id, month, basis: 1n },
            {
              type,
              archiveKey,
              contentLength: bytes.length,
              md5: createHash('md5').update(bytes).digest(),
              sha256: createHash('sha256').update(bytes).digest(),
              plainSha256: createHash('sha256').update(bytes).digest(),
              rows: 1,
            },
            at,
          );
        });
        const [row] = await database.query<{ ref: string }>(
          'select ref from reports where meter_id = $1 and report_type = $2 and month = $3 and superseded_at is null',
          [of.id, type, `${month}-01`],
        );
        return row!.ref;
      },
    });
    await app.close();
  });
}

// Rendering is tested with a real engine in renditions/; here nothing may ask for it.
const noRenditions = { of: () => Promise.reject(new Error('the engine was asked')) };

const download = (ref: string) => `${base}?ref=${encodeURIComponent(ref)}`;

describe('a listing says whether its reports tell all that has come', () => {
  const renewals = async ({ get, meter }: Stage, month: string) =>
    (await Promise.all([get(`${base}/2023/${month}`), get(`${base}/2023/${month}/${meter.agentId}`)])).map(
      ({ headers }) => headers['meterhouse-renewal'],
    );

  it('from the change on until it was rendered, for the month that it is of', () =>
    withStage(async (stage) => {
      const { database, meter } = stage;
      await stage.issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      assert.deepEqual(await renewals(stage, '1'), ['current', 'current']);
      await database.transaction((transaction) => noteChange(transaction, meter.id, '2023-01', now, 600));
      assert.deepEqual(await renewals(stage, '1'), ['pending', 'pending']);
      assert.deepEqual(await renewals(stage, '2'), ['current', 'current']);
      await database.query('update report_renewals set rendered = wanted');
      assert.deepEqual(await renewals(stage, '1'), ['current', 'current']);
    }));

  it('and tells one meter nothing of another', () =>
    withStage(async (stage) => {
      const other = await addMeter(stage.database, stage.organisationId);
      await stage.database.transaction((transaction) =>
        noteChange(transaction, other.id, '2023-01', now, 600),
      );
      assert.deepEqual(await renewals(stage, '1'), ['pending', 'current']);
    }));
});

describe('the reports of a month', () => {
  it('are an object keyed by agentId, each an array of entries that say ref, type, length and checksum', () =>
    withStage(async ({ get, issue, meter, database, organisationId }) => {
      const other = await addMeter(database, organisationId);
      for (const type of ['HOURLY_USAGE', 'MONTHLY_USAGE', 'VM_HISTORY'] as const)
        await issue(meter, type, '2023-01', `${type} of one`);
      const ref = await issue(other, 'MONTHLY_USAGE', '2023-01', 'of another');
      const answer = await get(`${base}/2023/1`);
      assert.equal(answer.statusCode, 200);
      const body = answer.json();
      assert.deepEqual(Object.keys(body).sort(), [meter.agentId, other.agentId].sort());
      assert.deepEqual(body[other.agentId], [
        {
          ref,
          contentType: REPORT_MEDIA_TYPE,
          reportType: 'MONTHLY_USAGE',
          contentLength: 10,
          checksum: md5(Buffer.from('of another')),
        },
      ]);
      assert.deepEqual(
        body[meter.agentId].map((entry: { reportType: string }) => entry.reportType),
        ['MONTHLY_USAGE', 'VM_HISTORY', 'HOURLY_USAGE'],
      );
      assert.match(ref, /^[A-Za-z0-9_-]{32}$/);
    }));

  it('take a month of one or two digits', () =>
    withStage(async ({ get, issue, meter }) => {
      await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      for (const month of ['1', '01']) {
        assert.deepEqual(Object.keys((await get(`${base}/2023/${month}`)).json()), [meter.agentId]);
        assert.equal((await get(`${base}/2023/${month}/${meter.agentId}`)).json().length, 1);
      }
    }));

  it('are empty for a month without data and for one to come', () =>
    withStage(async ({ get, meter }) => {
      for (const month of ['2022/12', '2035/7', '0000/1', '9999/12']) {
        const all = await get(`${base}/${month}`);
        assert.deepEqual([all.statusCode, all.body], [200, '{}'], month);
        const own = await get(`${base}/${month}/${meter.agentId}`);
        assert.deepEqual([own.statusCode, own.body], [200, '[]'], month);
      }
    }));

  it('are refused for what is no month, with every fault', () =>
    withStage(async ({ get }) => {
      for (const path of ['2023/0', '2023/13', '2023/001', '2023/x', '23/1', '20233/1'])
        assert.equal((await get(`${base}/${path}`)).statusCode, 400, path);
      const answer = await get(`${base}/23/13/nonsense`);
      assert.deepEqual(
        answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
        ['path/year', 'path/month', 'path/agentId'],
      );
    }));

  it('of one meter are an array; a UUID may come in upper case, and one that is unknown here is 404', () =>
    withStage(async ({ get, issue, meter, app }) => {
      await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      const upper = await get(`${base}/2023/1/${meter.agentId.toUpperCase()}`);
      assert.equal(upper.json()[0].reportType, 'MONTHLY_USAGE');
      assert.equal((await get(`${base}/2023/1/${randomUUID()}`)).statusCode, 404);
      const stranger = { authorization: 'Bearer stranger' };
      const theirs = await app.inject({ url: `${base}/2023/1/${meter.agentId}`, headers: stranger });
      assert.equal(theirs.statusCode, 404);
      assert.equal((await app.inject({ url: `${base}/2023/1`, headers: stranger })).body, '{}');
    }));

  it('leave a deleted meter out, whose refs go on working', () =>
    withStage(async ({ get, issue, meter, database }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'still here');
      await database.query('update meters set deleted_at = now() where id = $1', [meter.id]);
      assert.equal((await get(`${base}/2023/1`)).body, '{}');
      assert.equal((await get(`${base}/2023/1/${meter.agentId}`)).statusCode, 404);
      assert.equal((await get(download(ref))).body, 'still here');
    }));

  it('need a token', () =>
    withStage(async ({ app, meter }) => {
      for (const url of [`${base}/2023/1`, `${base}/2023/1/${meter.agentId}`, `${base}?ref=x`])
        assert.equal((await app.inject({ url })).statusCode, 401, url);
    }));
});

describe('a download', () => {
  it('sends the bytes, whose length and MD5 are those of the entry, as a file that no one may transform', () =>
    withStage(async ({ get, issue, meter }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'the bytes');
      const [entry] = (await get(`${base}/2023/01/${meter.agentId}`)).json();
      const answer = await get(download(entry.ref), {
        accept: entry.contentType,
        'accept-encoding': 'gzip, br',
      });
      assert.equal(ref, entry.ref);
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.body, 'the bytes');
      assert.equal(answer.headers['content-type'], REPORT_MEDIA_TYPE);
      assert.equal(Number(answer.headers['content-length']), entry.contentLength);
      assert.equal(md5(answer.rawPayload), entry.checksum);
      assert.equal(answer.headers['content-encoding'], undefined);
      assert.match(String(answer.headers['cache-control']), /private/);
      assert.match(String(answer.headers['cache-control']), /no-transform/);
      assert.equal(
        answer.headers['content-disposition'],
        `attachment; filename="Monthly_Usage_2023-01_${meter.agentId}_provisional.tsv.gz"`,
      );
    }));

  it('comes in its own type without Accept or for */*, and is 406 with what there is for another', () =>
    withStage(async ({ get, issue, meter }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      for (const accept of ['*/*', 'text/html;q=0.9, */*;q=0.1', REPORT_MEDIA_TYPE]) {
        const answer = await get(download(ref), { accept });
        assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, REPORT_MEDIA_TYPE]);
      }
      const without = await get(download(ref), { accept: '' });
      assert.equal(without.statusCode, 200);
      const wrong = await get(download(ref), { accept: 'application/json' });
      assert.equal(wrong.statusCode, 406);
      assert.deepEqual(wrong.json().available, [
        REPORT_MEDIA_TYPE,
        'text/csv+gzip',
        'application/json+gzip',
        'application/vnd.apache.parquet',
      ]);
      assert.match(wrong.json().detail, /text\/tab-separated-values\+gzip/);
      assert.equal(wrong.headers['content-disposition'], undefined);
    }));

  it("of an unknown ref or another organisation's is 404, and both look the same", () =>
    withStage(async ({ app, get, issue, meter }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      const unknown = await get(download('x'.repeat(32)));
      const theirs = await app.inject({ url: download(ref), headers: { authorization: 'Bearer stranger' } });
      for (const answer of [unknown, theirs]) assert.equal(answer.statusCode, 404);
      assert.equal(unknown.json().detail, theirs.json().detail);
      assert.equal((await get(base)).statusCode, 400);
      assert.equal((await get(`${base}?ref=`)).statusCode, 400);
      assert.equal((await get(`${base}?ref=a&ref=b`)).statusCode, 400);
      assert.equal((await get(`${download(ref)}&utm=1`)).statusCode, 200);
    }));

  it('of a superseded provisional report works for 60 days and is 410 then', () =>
    withStage(async ({ get, issue, meter, database }) => {
      const first = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'first', days(70));
      const second = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'second', days(61));
      const third = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'third', days(59));
      assert.equal((await get(download(first))).statusCode, 410);
      assert.equal((await get(download(first))).json().code, 'report-gone');
      assert.equal((await get(download(second))).body, 'second');
      assert.equal((await get(download(third))).body, 'third');
      const listed = (await get(`${base}/2023/1/${meter.agentId}`)).json();
      assert.deepEqual(
        listed.map(({ ref }: { ref: string }) => ref),
        [third],
      );
      await database.query('update reports set revision = 1 where ref = $1', [first]);
      assert.equal((await get(download(first))).body, 'first', 'a final report does not go');
    }));

  it('answers a Range with that part', () =>
    withStage(async ({ get, issue, meter }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', '0123456789');
      const part = async (range: string, headers = {}) => {
        const answer = await get(download(ref), { range, ...headers });
        return [
          answer.statusCode,
          answer.headers['content-range'],
          answer.headers['content-length'],
          answer.body,
        ];
      };
      assert.equal((await get(download(ref))).headers['accept-ranges'], 'bytes');
      assert.deepEqual(await part('bytes=2-4'), [206, 'bytes 2-4/10', '3', '234']);
      assert.deepEqual(await part('bytes=7-'), [206, 'bytes 7-9/10', '3', '789']);
      assert.deepEqual(await part('bytes=-2'), [206, 'bytes 8-9/10', '2', '89']);
      assert.deepEqual(await part('bytes=0-0,5-6'), [200, undefined, '10', '0123456789']);
      const etag = String((await get(download(ref))).headers.etag);
      assert.equal((await part('bytes=2-4', { 'if-range': etag }))[0], 206);
      for (const other of ['"another"', `W/${etag}`, 'Wed, 21 Oct 2015 07:28:00 GMT'])
        assert.equal((await part('bytes=2-4', { 'if-range': other }))[0], 200, other);
      const beyond = await get(download(ref), { range: 'bytes=10-' });
      assert.equal(beyond.statusCode, 416);
      assert.equal(beyond.headers['content-range'], 'bytes */10');
    }));

  it('has a strong ETag, and is 304 without a body for who has those bytes', () =>
    withStage(async ({ get, issue, meter, archive }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      const etag = String((await get(download(ref))).headers.etag);
      assert.match(etag, /^"[^"]+"$/);
      const before = archive.reads;
      for (const tags of [etag, `W/${etag}`, `"a", ${etag}`, '*']) {
        const answer = await get(download(ref), { 'if-none-match': tags, range: 'bytes=0-0' });
        assert.deepEqual([answer.statusCode, answer.body, answer.headers.etag], [304, '', etag], tags);
      }
      assert.equal(archive.reads, before);
      assert.equal((await get(download(ref), { 'if-none-match': '"other"' })).statusCode, 200);
    }));

  it('answers HEAD with the headers alone, without opening the file', () =>
    withStage(async ({ app, issue, meter, archive }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', '0123456789');
      const authorization = 'Bearer reader';
      const answer = await app.inject({ method: 'HEAD', url: download(ref), headers: { authorization } });
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.body, '');
      assert.equal(answer.headers['content-length'], '10');
      assert.equal(answer.headers['content-type'], REPORT_MEDIA_TYPE);
      assert.ok(answer.headers.etag);
      assert.equal(archive.reads, 0);
      const ranged = { authorization, range: 'bytes=0-0' };
      assert.equal(
        (await app.inject({ method: 'HEAD', url: download(ref), headers: ranged })).statusCode,
        200,
      );
      const none = await app.inject({ method: 'HEAD', url: download('no'), headers: { authorization } });
      assert.equal(none.statusCode, 404);
    }));

  it('of a file that the archive has lost is an error of the service, not an empty report', () =>
    withStage(async ({ get, issue, meter, archive }) => {
      const ref = await issue(meter, 'MONTHLY_USAGE', '2023-01', 'x');
      archive.files.clear();
      const answer = await get(download(ref));
      assert.equal(answer.statusCode, 500);
      assert.equal(answer.json().code, 'archive-missing');
      assert.equal(answer.headers['content-type'], 'application/problem+json');
    }));
});

it('every report type has a file name of its own', () => {
  assert.equal(new Set(Object.values(REPORTS).map(({ file }) => file)).size, Object.keys(REPORTS).length);
});
