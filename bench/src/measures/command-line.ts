import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { median, timed } from '../figures.ts';
import { MONTH } from '../service/bench-meter.ts';
import { COMMAND_LINE } from '../service/service-process.ts';
import type { Stand } from '../stand.ts';
import type { Line } from '../table.ts';

const RUNS = 11;
const HELP_SECONDS = 0.15;
const LIST_SECONDS = 0.3;

/** How long a person waits for the command line itself: from the start of the process to its end. */
export async function measureCommandLine(stand: Stand): Promise<readonly Line[]> {
  const { url } = stand.service();
  const list = ['reports', 'list', '--month', MONTH.name, '--server', url, '--json'];
  // The first run compiles for all that follow.
  await run(stand, ['--help']);
  await run(stand, list);
  const help = await medianOf(() => run(stand, ['--help']));
  const listing = await medianOf(() => run(stand, list));
  const requests = await medianOf(() => sameRequests(stand));
  const beside = listing - requests;
  return [
    {
      what: 'meterhouse --help',
      target: `< ${HELP_SECONDS * 1000} ms`,
      measured: milliseconds(help),
      met: help < HELP_SECONDS,
    },
    {
      what: 'meterhouse reports list beside its requests',
      target: `< ${LIST_SECONDS * 1000} ms`,
      measured: `${milliseconds(beside)} (in all ${milliseconds(listing)})`,
      met: beside < LIST_SECONDS,
    },
  ];
}

const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;

async function medianOf(work: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let count = 0; count < RUNS; count += 1) seconds.push((await timed(work)).seconds);
  return median(seconds);
}

async function run({ apiToken }: Stand, words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND_LINE, ...words], {
    stdio: 'ignore',
    env: { ...process.env, METERHOUSE_TOKEN: apiToken },
  });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`meterhouse ${words.join(' ')} ended with ${status}.`);
}

/** What `reports list` asks of the service: a token, and the listing. */
async function sameRequests(stand: Stand): Promise<void> {
  const { url } = stand.service();
  const exchange = await fetch(new URL('/csp/gateway/am/api/auth/api-tokens/authorize', url), {
    method: 'POST',
    body: new URLSearchParams({ refresh_token: stand.apiToken }),
  });
  const { access_token } = (await exchange.json()) as { access_token: string };
  const [year, month] = MONTH.name.split('-');
  const listing = await fetch(new URL(`/usage/api/v1/reports/${year}/${Number(month)}`, url), {
    headers: { authorization: `Bearer ${access_token}` },
  });
  await listing.text();
}
