import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { startService } from '../src/demo/service-process.ts';
import { makeThrowAway } from '../src/demo/throw-away.ts';
import { createProgram } from '../src/program.ts';
import { meterhouse } from './meterhouse.ts';

test('a service takes the example provisioning file, and its token signs in', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'examples-'));
  const token = 'a-token-of-this-test-alone-0123456789';
  process.env.ACME_TOKEN = token;
  process.env.ACME_PASSWORD = 'a password of this test alone';
  const provision = fileURLToPath(new URL('../../../examples/provider.yaml', import.meta.url));
  const flags = ['--data', join(root, 'data'), '--listen', '127.0.0.1:0', '--provision', provision];
  const service = await startService(flags, join(root, 'service.log'));
  t.after(async () => {
    await service.stop();
    await rm(root, { recursive: true, force: true });
  });
  const ran = await meterhouse(['token'], { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: token });
  assert.equal(ran.status, 0, ran.stderr);
});

/** Commands that only read; those of reports, uploads and coverage need a month of usage, and are walked by the journey. */
const READING =
  /^(?:(?:organisations|people|api-tokens|contracts|sites|customers|customer-rules|months|audit-log|notifications|quotas|meters) (?:list|show|keys|verify)|whoami|token)\b/;
/** What a reader puts in, and what a pipe goes on with, is not there. */
const NOT_AS_IT_STANDS = /\||\b(?:RULE|NOTIFICATION|UUID)\b|months show/;

function examplesOf(command: Command): string[] {
  let help = '';
  command
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
    })
    .outputHelp();
  const own = [...help.matchAll(/^ {2}\$ meterhouse (.+)$/gm)].map(([, line]) => line!);
  return [...own, ...command.commands.flatMap(examplesOf)];
}

/** Every list with the filter and the sort that its help shows. */
function suchLists(program: Command): string[] {
  const lists = program.commands.flatMap((group) => {
    const list = group.commands.find((command) => command.name() === 'list');
    const of = (flag: string) => list?.options.find(({ long }) => long === flag)?.description;
    const [, filter] = /^such as (.+) \(; and, or\)/.exec(of('--filter') ?? '') ?? [];
    const [, sort] = /^such as (\S+) /.exec(of('--sort') ?? '') ?? [];
    if (filter === undefined || sort === undefined) return [];
    const parent = of('--contract') === undefined ? '' : '--contract 1012345 ';
    return [`${group.name()} list ${parent}--filter ${filter} --sort ${sort}`];
  });
  assert.equal(lists.length, 11, lists.join('\n'));
  return lists;
}

test('the examples in the help of commands that read run as they stand', async (t) => {
  const place = await makeThrowAway();
  const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
  const service = await startService(flags, join(place.root, 'service.log'));
  t.after(async () => {
    await service.stop();
    await place.remove();
  });
  const environment = { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token };
  const operator = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
  for (const words of [
    ['meters', 'register', '88531d1c-296e-4b47-8431-c0e8182148e7', '--label', 'um46'],
    ['customers', 'create', '--name', 'Northwind'],
    ['people', 'create', '--email', 'ops@acme.example', '--role', 'administrator'],
    ['api-tokens', 'create', '--name', 'automation', '--role', 'reader'],
  ]) {
    const made = await meterhouse(words, environment);
    assert.equal(made.status, 0, made.stderr);
  }
  const lines = [...new Set(examplesOf(await createProgram()))].filter(
    (line) => READING.test(line) && !NOT_AS_IT_STANDS.test(line),
  );
  assert.ok(lines.length >= 20, lines.join('\n'));
  for (const line of [...lines, ...suchLists(await createProgram())]) {
    // The shell takes the quotes off, as a person's would.
    const words = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
    const verifies = line.startsWith('audit-log verify');
    const ran = await meterhouse(
      words.split('\0').slice(0, -1),
      verifies ? { ...environment, METERHOUSE_TOKEN: operator } : environment,
    );
    assert.equal(ran.status, 0, `meterhouse ${line}\n${ran.stderr}`);
  }
});
