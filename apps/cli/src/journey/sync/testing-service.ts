import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ReportEntry } from '@meterhouse/contract';

/** A month's reports as a service has them, whose every byte on the way is counted. */
export interface CountingService {
  readonly environment: Record<string, string>;
  readonly url: string;
  /** Bytes sent of each ref. */
  readonly sent: Map<string, number>;
  /** Puts a report in a month; a further one of the same meter and type takes the place of the one before. */
  put(month: string, agentId: string, reportType: string, text: string): ReportEntry;
  bytesOf(ref: string): Buffer;
  label(agentId: string, label: string): void;
  /** Answers the next calls of a path that contains this with something else. */
  fail(path: string, times: number, answer: (response: ServerResponse) => void): void;
  /** Pause between pieces of a download, milliseconds. */
  pace: number;
}

const PIECE = 1024;

export async function countingService(t: TestContext): Promise<CountingService> {
  const months = new Map<string, Map<string, Map<string, ReportEntry>>>();
  const bodies = new Map<string, Buffer>();
  const labels = new Map<string, string>();
  const sent = new Map<string, number>();
  const failures: { path: string; times: number; answer: (response: ServerResponse) => void }[] = [];

  const server = createServer((request, response) => {
    request.resume();
    const url = new URL(request.url!, 'http://here');
    const failure = failures.find(({ path, times }) => times > 0 && request.url!.includes(path));
    if (failure !== undefined) {
      failure.times -= 1;
      return failure.answer(response);
    }
    const json = (value: unknown, headers = {}) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (url.pathname.endsWith('/authorize')) return json({ access_token: 'a', expires_in: 1799 });
    if (url.pathname === '/api/v1/meters') {
      return json({ items: [...labels].map(([agentId, label]) => ({ agentId, label })) });
    }
    const [, year, month, agent] = /reports\/(\d+)\/(\d+)(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (year !== undefined) {
      const meters = months.get(`${year}-${month}`) ?? new Map<string, Map<string, ReportEntry>>();
      const of = (reports?: Map<string, ReportEntry>) => [...(reports?.values() ?? [])];
      if (agent !== undefined) return json(of(meters.get(agent)));
      return json(Object.fromEntries([...meters].map(([id, reports]) => [id, of(reports)])));
    }
    return download(request.headers, url.searchParams.get('ref')!, response);
  });

  async function download(headers: Record<string, unknown>, ref: string, response: ServerResponse) {
    const body = bodies.get(ref)!;
    const from = Number(/bytes=(\d+)-/.exec(String(headers.range ?? ''))?.[1] ?? 0);
    const part = body.subarray(from);
    const tag = createHash(headers.accept === 'text/csv+gzip' ? 'sha256' : 'md5').update(body);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': part.length,
      etag: `"${tag.digest('hex')}"`,
      'repr-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    });
    for (let at = 0; at < part.length && !response.destroyed; at += PIECE) {
      const piece = part.subarray(at, at + PIECE);
      response.write(piece);
      sent.set(ref, (sent.get(ref) ?? 0) + piece.length);
      if (service.pace > 0) await sleep(service.pace);
    }
    response.end();
  }

  const service: CountingService = {
    environment: {},
    url: '',
    sent,
    pace: 0,
    put(month, agentId, reportType, text) {
      const bytes = gzipSync(text, { level: 0 });
      const ref = randomBytes(12).toString('base64url');
      const entry = {
        ref,
        contentType: 'text/tab-separated-values+gzip',
        reportType,
        contentLength: bytes.length,
        checksum: createHash('md5').update(bytes).digest('hex'),
      } as ReportEntry;
      bodies.set(ref, bytes);
      const meters = months.get(month) ?? new Map<string, Map<string, ReportEntry>>();
      months.set(month, meters);
      const reports = meters.get(agentId) ?? new Map<string, ReportEntry>();
      meters.set(agentId, reports);
      reports.set(reportType, entry);
      return entry;
    },
    bytesOf: (ref) => bodies.get(ref)!,
    label: (agentId, label) => labels.set(agentId, label),
    fail: (path, times, answer) => failures.push({ path, times, answer }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(service, {
    url,
    environment: { METERHOUSE_SERVER: url, METERHOUSE_TOKEN: 'api-token' },
  });
}
