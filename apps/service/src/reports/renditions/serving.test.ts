import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RENDITIONS, REPORT_MEDIA_TYPE, type RenditionForm } from '@meterhouse/contract';
import { removeSuperseded } from '../renewal/remove-superseded.ts';
import { sweepArchive } from '../renewal/sweep-archive.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { renditionKey, renditionKeys } from './rendition-key.ts';
import { READERS, readTsv } from './testing-read-back.ts';
import { MONTH, now, type Stage, withStage } from './testing-stage.ts';

const forms = Object.keys(RENDITIONS) as RenditionForm[];
const typeOf = (form: RenditionForm) => RENDITIONS[form].mediaType;
const as = (form: RenditionForm) => ({ accept: typeOf(form) });
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');
const rows = [
  ['Memory', 'GB', '28.269', 'FLEX-VRAM', '28.269', '1012345', 'Site A', '3.500'],
  ['vSAN add-on', 'TiB', '-36.000', 'VSAN-ADDON', '-36.000', '1012345', '', '3.500'],
];
const issued = async (stage: Stage, at = now) => stage.issue('MONTHLY_USAGE', rows, at);

describe('a report in another form', () => {
  it('is sent by Accept, as a file of its own with its own name, length, tag and digest, and the same figures', () =>
    withStage(async (stage) => {
      const { ref, tsv } = await issued(stage);
      const tags = new Set<unknown>();
      for (const form of forms) {
        const answer = await stage.get(ref, { ...as(form), 'accept-encoding': 'gzip, br' });
        assert.equal(answer.statusCode, 200, answer.body);
        assert.equal(answer.headers['content-type'], typeOf(form));
        assert.equal(answer.headers['content-encoding'], undefined);
        assert.equal(Number(answer.headers['content-length']), answer.rawPayload.length);
        assert.equal(
          answer.headers['content-disposition'],
          `attachment; filename="Monthly_Usage_${MONTH}_${stage.meter.agentId}_provisional.${RENDITIONS[form].ending}"`,
        );
        assert.equal(answer.headers['repr-digest'], `sha-256=:${digest(answer.rawPayload)}:`);
        assert.match(String(answer.headers.vary), /Accept/);
        tags.add(answer.headers.etag);
        assert.deepEqual(await READERS[form](answer.rawPayload, 'MONTHLY_USAGE'), readTsv(tsv));
      }
      const own = await stage.get(ref);
      assert.ok(own.rawPayload.equals(tsv));
      assert.equal(own.headers['repr-digest'], `sha-256=:${digest(tsv)}:`);
      tags.add(own.headers.etag);
      assert.equal(tags.size, 4);
    }));

  it('is chosen by quality values, and is not made for who takes anything', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const sent = async (accept: string) => (await stage.get(ref, { accept })).headers['content-type'];
      for (const accept of [
        '*/*',
        'text/*',
        'application/json, text/plain, */*',
        `text/csv+gzip;q=0.5, ${REPORT_MEDIA_TYPE}`,
      ])
        assert.equal(await sent(accept), REPORT_MEDIA_TYPE, accept);
      assert.deepEqual(stage.rendered, []);
      assert.equal(await sent(`text/csv+gzip, ${REPORT_MEDIA_TYPE};q=0.5`), 'text/csv+gzip');
      assert.equal(
        await sent('application/vnd.apache.parquet;q=0.2, text/html'),
        'application/vnd.apache.parquet',
      );
    }));

  it('answers HEAD, ranges and If-None-Match as the report itself does', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      for (const accept of [REPORT_MEDIA_TYPE, ...forms.map(typeOf)]) {
        const head = await stage.get(ref, { accept }, 'HEAD');
        const whole = await stage.get(ref, { accept });
        for (const name of ['etag', 'content-length', 'content-disposition', 'repr-digest', 'content-type'])
          assert.equal(head.headers[name], whole.headers[name], name);
        assert.equal(head.body, '');
        const parts: Buffer[] = [];
        const half = Math.floor(whole.rawPayload.length / 2);
        for (const range of [`bytes=0-${half}`, `bytes=${half + 1}-`]) {
          const part = await stage.get(ref, { accept, range });
          assert.equal(part.statusCode, 206);
          assert.equal(part.headers['repr-digest'], whole.headers['repr-digest']);
          assert.equal(Number(part.headers['content-length']), part.rawPayload.length);
          parts.push(part.rawPayload);
        }
        assert.ok(Buffer.concat(parts).equals(whole.rawPayload), accept);
        const again = await stage.get(ref, { accept, 'if-none-match': String(whole.headers.etag) });
        assert.equal(again.statusCode, 304);
      }
    }));

  it('is rendered once for all who ask first, and never again', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, at) => stage.get(ref, as(forms[at % forms.length]!))),
      );
      for (const [at, answer] of answers.entries()) {
        assert.equal(answer.statusCode, 200);
        assert.ok(answer.rawPayload.equals(answers[at % forms.length]!.rawPayload));
      }
      for (const form of forms) await stage.get(ref, as(form));
      assert.deepEqual(stage.rendered.toSorted(), forms.toSorted());
      assert.deepEqual(await readdir(join(stage.folder, 'reports')), [], 'nothing temporary is left');
    }));

  it("of another organisation's report is 404, and nothing is rendered", () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const answer = await stage.get(ref, { ...as('csv'), authorization: 'Bearer stranger' });
      assert.equal(answer.statusCode, 404);
      assert.deepEqual(stage.rendered, []);
    }));
});

const keyOf = async ({ database }: Stage, ref: string) =>
  (await database.query<{ archive_key: string }>('select archive_key from reports where ref = $1', [ref]))[0]!
    .archive_key;

describe('the bytes of (ref, form) are fixed', () => {
  it('rendered again after a loss they are the same', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      for (const form of forms) {
        const first = await stage.get(ref, as(form));
        await stage.archive.remove(renditionKey(await keyOf(stage, ref), form));
        const second = await stage.get(ref, as(form));
        assert.ok(second.rawPayload.equals(first.rawPayload), form);
        assert.equal(second.headers.etag, first.headers.etag);
      }
      assert.equal(stage.rendered.length, 2 * forms.length);
    }));

  it('a file that was cut short is replaced', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const first = await stage.get(ref, as('csv'));
      const key = renditionKey(await keyOf(stage, ref), 'csv');
      await stage.archive.remove(key);
      await stage.archive.put(key, first.rawPayload.subarray(0, 10));
      assert.ok((await stage.get(ref, as('csv'))).rawPayload.equals(first.rawPayload));
    }));

  it('where rendering again gives others, the service says so and sends nothing else under the ref', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      await stage.get(ref, as('json'));
      await stage.archive.remove(renditionKey(await keyOf(stage, ref), 'json'));
      await stage.database.query(`update report_renditions set sha256 = sha256('as another engine made it')`);
      const answer = await stage.get(ref, as('json'));
      assert.deepEqual([answer.statusCode, answer.json().code], [500, 'archive-missing']);
      assert.equal((await stage.get(ref)).statusCode, 200, 'its TSV is there');
    }));
});

describe('a rendition goes with its report', () => {
  const keys = async ({ archive }: Stage) => Array.fromAsync(archive.list('reports/'));

  it('when a superseded one is removed', () =>
    withStage(async (stage) => {
      const long = new Date(now.getTime() - 70 * 86_400_000);
      const { ref: old } = await stage.issue('MONTHLY_USAGE', rows.slice(0, 1), long);
      await Promise.all(forms.map((form) => stage.get(old, as(form))));
      const { ref } = await issued(stage, long);
      await stage.get(ref, as('csv'));
      assert.equal((await keys(stage)).length, 6);
      assert.equal(await removeSuperseded(stage.database, stage.archive, now), 1);
      const key = await keyOf(stage, ref);
      assert.deepEqual(await keys(stage), [renditionKey(key, 'csv'), key]);
      const recorded = await stage.database.query('select ref, form from report_renditions');
      assert.deepEqual(recorded, [{ ref, form: 'csv' }]);
      assert.equal((await stage.get(old, as('csv'))).statusCode, 410);
    }));

  it('when its month is swept, and not before: one that waits for its record stays', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const key = await keyOf(stage, ref);
      const waiting = renditionKeys(key);
      const orphans = renditionKeys(`${stage.keys}MONTHLY_USAGE-0-of-nobody.tsv.gz`);
      for (const each of [...waiting, ...orphans]) await stage.archive.put(each, Buffer.from('x'));
      await sweepArchive(stage.database, stage.archive, stage.keys);
      assert.deepEqual(await keys(stage), [...waiting, key].sort());
      await stage.archive.remove(key);
      await sweepArchive(stage.database, stage.archive, stage.keys);
      assert.deepEqual(await keys(stage), waiting.toSorted(), 'also where the report itself was lost');
    }));

  it('and one that was removed while it was rendered is not kept', () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const asked = stage.get(ref, as('csv'));
      await stage.database.query('update reports set removed_at = now()');
      const answer = await asked;
      if (answer.statusCode !== 200) assert.equal(answer.json().code, 'report-gone');
      assert.deepEqual(await stage.database.query('select 1 from report_renditions'), []);
      assert.deepEqual(await keys(stage), [await keyOf(stage, ref)]);
    }));
});

it('one rendition is made at a time, the same one once, and one too many is refused with when to ask again', async () => {
  const runs: string[] = [];
  const finish: (() => void)[] = [];
  const once = oneAtATime<string>(1);
  const work = (name: string) => async () => {
    runs.push(name);
    await new Promise<void>((resolve) => finish.push(resolve));
    return name;
  };
  const first = once('a', work('a'));
  const second = once('b', work('b'));
  assert.equal(once('a', work('never')), first);
  await assert.rejects(once('c', work('c')), { code: 'engine-busy', headers: { 'Retry-After': '5' } });
  await new Promise(setImmediate);
  assert.deepEqual(runs, ['a']);
  finish[0]!();
  assert.equal(await first, 'a');
  await new Promise(setImmediate);
  finish[1]!();
  assert.equal(await second, 'b');
  const failed = once('d', () => Promise.reject(new Error('the disk is full')));
  await assert.rejects(failed, /disk is full/);
  assert.equal(await once('d', async () => 'd'), 'd', 'a failure is not kept');
});

it(
  'a service that is killed while it renders sends the same bytes after the next start',
  { timeout: 120_000 },
  () =>
    withStage(async (stage) => {
      const { ref } = await issued(stage);
      const key = await keyOf(stage, ref);
      const render = async (form: RenditionForm, crashAt = '') => {
        const child = spawn(
          process.execPath,
          [
            join(import.meta.dirname, 'testing-killed-rendition.ts'),
            ...[stage.database.connectionString, stage.folder, stage.organisationId, ref, form],
          ],
          {
            env: { ...process.env, METERHOUSE_CRASH_AT: crashAt, UV_THREADPOOL_SIZE: '16' },
            stdio: ['ignore', 'ignore', 'inherit'],
          },
        );
        const [code, signal] = await once(child, 'exit');
        return signal ?? code;
      };
      for (const [form, point] of [
        ['csv', 'reports.rendition-before-archive'],
        ['parquet', 'reports.rendition-before-record'],
      ] as const) {
        assert.equal(await render(form, point), 'SIGKILL', point);
        assert.deepEqual(
          await stage.database.query('select 1 from report_renditions where form = $1', [form]),
          [],
        );
        assert.equal(await render(form), 0);
        const [recorded] = await stage.database.query<{ sha256: string }>(
          `select encode(sha256, 'base64') as sha256 from report_renditions where form = $1`,
          [form],
        );
        const sent = await stage.get(ref, as(form));
        assert.equal(digest(sent.rawPayload), recorded!.sha256);
        assert.ok(await stage.archive.size(renditionKey(key, form)));
      }
      assert.deepEqual(await readdir(join(stage.folder, 'reports')), []);
    }),
);
