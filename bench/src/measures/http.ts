import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../figures.ts';
import { CONNECTIONS, type Load, loadWith, type Shot } from '../http/load.ts';
import { startRawHttp } from '../raw/raw-http.ts';
import type { Stand } from '../stand.ts';
import { type Line, say } from '../table.ts';

const TO_REACH_RATIO = 0.7;
const METERS = 10;
const VMS = 400;

/** Guessing is slowed down by the service; here 32 connections of one address exchange the right token all the time. */
export const NO_LIMITS = ['--failures-per-address', '1000000'];

/** One call of the service and the route of the plain server that reads PostgreSQL as often for it. */
interface Pair {
  readonly what: string;
  readonly ours: Shot;
  readonly raw: Shot;
}

/**
 * What scripts call most, against a plain Fastify route that reads PostgreSQL as often, checks nothing and signs nothing.
 * Reads of the service for each: the exchange 1 (the token), the registration 2 (meter, assignment), the listing 2 (what is
 * due, the reports), the download 1 (the ref).
 */
export async function measureHttp(stand: Stand): Promise<readonly Line[]> {
  const { rounds } = stand.options;
  const { pairs, file } = await prepare(stand);
  const raw = await startRawHttp(join(stand.root, 'raw-http'), file);
  try {
    const lines: Line[] = [];
    for (const { what, ours, raw: plain } of pairs) {
      say(`  ${what}`);
      const own: Load[] = [];
      const bare: Load[] = [];
      for (let round = 0; round < rounds; round += 1) {
        own.push(await loadWith(stand.service().url, ours));
        bare.push(await loadWith(raw.url, plain));
      }
      const ratio = median(own.map((load, round) => load.requestsPerSecond / bare[round]!.requestsPerSecond));
      lines.push({
        what: `${what}, ${CONNECTIONS} connections`,
        target: `≥ ${TO_REACH_RATIO} of a plain Fastify route`,
        measured: `${ratio.toFixed(2)}: ${told(own)} (plain ${told(bare)})`,
        met: ratio >= TO_REACH_RATIO,
      });
    }
    return lines;
  } finally {
    await raw.stop();
  }
}

function told(loads: readonly Load[]): string {
  const of = (figure: keyof Load) => median(loads.map((load) => load[figure])).toFixed(0);
  return `${of('requestsPerSecond')}/s, p99 ${of('p99')} ms`;
}

/** Ten small meters with reports, so that the listing has fifty entries. */
async function prepare(stand: Stand): Promise<{ pairs: readonly Pair[]; file: string }> {
  const meters = [];
  for (let number = 0; number < METERS; number += 1) {
    const meter = await stand.meter(VMS, `-http-${number}`);
    await meter.deliver(await meter.write(1));
    meters.push(meter);
  }
  await stand.settle();
  const [meter] = meters as [(typeof meters)[0]];
  const entry = (await meter.reports()).find(({ reportType }) => reportType === 'VM_HISTORY')!;
  const headers = { authorization: `Bearer ${meter.accessToken()}` };
  const download = `/usage/api/v1/reports?ref=${encodeURIComponent(entry.ref)}`;
  const answer = await fetch(new URL(download, stand.service().url), { headers });
  const file = join(stand.root, 'report.tsv.gz');
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ refresh_token: stand.apiToken }).toString();
  const kilobytes = (entry.contentLength / 1000).toFixed(0);
  const pairs: Pair[] = [
    {
      what: 'token exchange',
      ours: {
        path: '/csp/gateway/am/api/auth/api-tokens/authorize',
        method: 'POST',
        headers: form,
        body,
      },
      raw: { path: '/one-read', method: 'POST', headers: form, body },
    },
    {
      what: 'registration GET',
      ours: { path: `/usage/api/v1/agent-registrations/${meter.agent}`, headers },
      raw: { path: '/two-reads' },
    },
    {
      what: `month listing of ${METERS} meters`,
      ours: { path: meter.monthPath, headers },
      raw: { path: '/list' },
    },
    {
      what: `report download of ${kilobytes} kB`,
      ours: { path: download, headers },
      raw: { path: '/file' },
    },
  ];
  return { pairs, file };
}
