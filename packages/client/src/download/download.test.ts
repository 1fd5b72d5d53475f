import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bytes, type Fate, faultyServer, halfOf, hangUp, late, problem } from '../../test/faulty-server.ts';
import { ChecksumError, ConnectionError, createClient, type ReportEntry } from '../index.ts';
import { saveDownload } from '../node/index.ts';
import { sha256OfReprDigest } from './announced.ts';

const folder = mkdtempSync(join(tmpdir(), 'meterhouse-client-'));
after(() => rmSync(folder, { recursive: true }));

const text = `Product\tQuantity\n${Array.from({ length: 5000 }, (_, row) => `p${row}\t${(row * 7919) % 997}\n`).join('')}`;
const file = gzipSync(text);
const tsv = 'text/tab-separated-values+gzip';
const sum = (algorithm: string, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(file).digest(encoding);
const entry = {
  ref: 'a+b/c=',
  contentType: tsv,
  reportType: 'MONTHLY_USAGE',
  contentLength: file.length,
  checksum: sum('md5', 'hex'),
} as ReportEntry;
const headers = { 'content-type': tsv, etag: '"one"' };
const clientOf = (url: string) =>
  createClient({ url, accessToken: 'given', retry: { firstPause: 1, attempts: 3 } });

/** Sends the rest that a Range asks for. */
function rest(etag = '"one"'): Fate {
  return (request, response) => {
    const begin = Number(/^bytes=(\d+)-$/.exec(String(request.headers.range))?.[1]);
    response.writeHead(206, {
      ...headers,
      etag,
      'content-range': `bytes ${begin}-${file.length - 1}/${file.length}`,
    });
    response.end(file.subarray(begin));
  };
}

test('a report comes as its packed bytes, by its ref in the address whatever that holds', async () => {
  await using server = await faultyServer(
    bytes(file, { ...headers, 'content-disposition': 'attachment; filename="../Monthly_Usage.tsv.gz"' }),
  );
  const client = clientOf(server.url);
  const download = await client.reports.download(entry);
  assert.deepEqual(Buffer.from(await download.bytes()), file);
  assert.equal(download.fileName, 'Monthly_Usage.tsv.gz');
  assert.equal(download.contentLength, file.length);
  const [call] = server.received;
  assert.equal(call?.url, '/usage/api/v1/reports?ref=a%2Bb%2Fc%3D');
  assert.equal(call?.headers.accept, tsv);
  assert.equal(call?.headers['accept-encoding'], 'identity');
  assert.equal(await (await client.reports.download(entry)).text(), text);
});

test('bytes that are not the announced ones fail at the end of the stream, whatever differs', async () => {
  const other = Buffer.from(file);
  other[100]! ^= 1;
  const cases: [Fate, ChecksumError['algorithm']][] = [
    [bytes(other, headers), 'md5'],
    [bytes(file.subarray(0, 99), headers), 'length'],
    [bytes(other, { ...headers, 'repr-digest': `sha-256=:${sum('sha256', 'base64')}:` }), 'sha-256'],
  ];
  for (const [fate, algorithm] of cases) {
    await using server = await faultyServer(fate);
    const download = await clientOf(server.url).reports.download(entry);
    await assert.rejects(download.bytes(), (error) => {
      assert.ok(error instanceof ChecksumError, String(error));
      assert.equal(error.algorithm, algorithm);
      assert.notEqual(error.expected, error.actual);
      return true;
    });
  }
});

test('of another form the answer itself says the sum', async () => {
  const digest = (of: Buffer) => ({
    'repr-digest': `sha-256=:${createHash('sha256').update(of).digest('base64')}:`,
  });
  await using server = await faultyServer(
    bytes(Buffer.from('a,b\n'), { ...digest(Buffer.from('a,b\n')), 'content-type': 'text/csv+gzip' }),
    bytes(Buffer.from('a,b\n'), { ...digest(file), 'content-type': 'text/csv+gzip' }),
  );
  const { reports } = clientOf(server.url);
  assert.equal((await (await reports.download(entry, { as: 'csv' })).bytes()).length, 4);
  assert.equal(server.received[0]?.headers.accept, 'text/csv+gzip');
  await assert.rejects((await reports.download(entry.ref, { as: 'csv' })).bytes(), { algorithm: 'sha-256' });
});

test('bytes that were packed for the way and unpacked on it are told as such', async () => {
  await using server = await faultyServer(bytes(file, { ...headers, 'content-encoding': 'gzip' }));
  const download = await clientOf(server.url).reports.download(entry);
  await assert.rejects(download.bytes(), /Content-Encoding gzip, which has been undone on the way/);
});

test('a download that breaks off goes on from the missing byte, and the whole is checked', async () => {
  await using server = await faultyServer(halfOf(file, headers), hangUp, rest());
  const download = await clientOf(server.url).reports.download(entry);
  assert.deepEqual(Buffer.from(await download.bytes()), file);
  const { range, 'if-range': ifRange } = server.received[2]!.headers;
  assert.match(String(range), /^bytes=[1-9]\d*-$/);
  assert.equal(ifRange, '"one"');
});

test('a service that knows no ranges sends it again from the beginning, and what came is skipped', async () => {
  await using server = await faultyServer(
    halfOf(file, { 'content-type': tsv }),
    bytes(file, { 'content-type': tsv }),
  );
  const download = await clientOf(server.url).reports.download(entry);
  assert.deepEqual(Buffer.from(await download.bytes()), file);
  assert.equal(server.received[1]?.headers.range, undefined);
});

test('the rest of other bytes is never put behind these', async () => {
  await using server = await faultyServer(halfOf(file, headers), bytes(file, { ...headers, etag: '"two"' }));
  const download = await clientOf(server.url).reports.download(entry);
  await assert.rejects(download.bytes(), { name: 'ChecksumError', message: /"one".*"two"/ });
});

test('a connection that brings nothing any more is given up', async () => {
  const first = halfOf(file, headers);
  const empty: Fate = (_, response) => {
    response.writeHead(206, {
      ...headers,
      'content-range': `bytes ${file.length >> 1}-1/2`,
      'content-length': 9,
    });
    response.flushHeaders();
    setTimeout(() => response.destroy(), 10);
  };
  await using server = await faultyServer(first, empty);
  const download = await clientOf(server.url).reports.download(entry);
  await assert.rejects(
    download.bytes(),
    (error) => error instanceof ConnectionError && error.code === 'connection-lost',
  );
});

test('a download ends with its signal and with its time', async () => {
  const stuck: Fate = (_, response) => void response.writeHead(200, headers).write(file.subarray(0, 10));
  await using server = await faultyServer(stuck);
  const { reports } = clientOf(server.url);
  const leave = new AbortController();
  const reason = new Error('no longer wanted');
  const download = await reports.download(entry, { signal: leave.signal });
  setTimeout(() => leave.abort(reason), 30);
  await assert.rejects(download.bytes(), reason);
  await assert.rejects((await reports.download(entry, { timeout: 50 })).bytes(), { code: 'timeout' });
  await using slow = await faultyServer(late(2000, bytes(file, headers)));
  await assert.rejects(clientOf(slow.url).reports.download(entry, { timeout: 50 }), { code: 'timeout' });
});

test('a report that is refused is a problem before any byte', async () => {
  await using server = await faultyServer(problem(410, 'report-gone'));
  await assert.rejects(clientOf(server.url).reports.download('x'), {
    name: 'ProblemError',
    code: 'report-gone',
  });
});

test('a saved file is whole or not there', async () => {
  const name = { 'content-disposition': 'attachment; filename="Monthly_Usage.tsv.gz"' };
  await using server = await faultyServer(
    bytes(file, { ...headers, ...name }),
    bytes(file.subarray(1), headers),
  );
  const { reports } = clientOf(server.url);
  const saved = await saveDownload(await reports.download(entry), `${folder}/`);
  assert.deepEqual(saved, { path: join(folder, 'Monthly_Usage.tsv.gz'), bytes: file.length });
  assert.deepEqual(readFileSync(saved.path), file);
  const wrong = join(folder, 'wrong.tsv.gz');
  await assert.rejects(saveDownload(await reports.download(entry), wrong), ChecksumError);
  assert.equal(existsSync(wrong), false);
  assert.deepEqual(readdirSync(folder), ['Monthly_Usage.tsv.gz']);
});

test('Repr-Digest is read where it names SHA-256, also beside others', () => {
  const hex = sum('sha256', 'hex');
  assert.equal(sha256OfReprDigest(`sha-256=:${sum('sha256', 'base64')}:`), hex);
  assert.equal(sha256OfReprDigest(`md5=:AAAA:, sha-256=:${sum('sha256', 'base64')}:`), hex);
  for (const header of [null, '', 'md5=:AAAA:', 'sha-256=:short:'])
    assert.equal(sha256OfReprDigest(header), undefined);
});
