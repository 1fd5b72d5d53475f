import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problems, REPORTS } from '@meterhouse/contract';
import { SHIPPED_RULE_SETS } from '@meterhouse/metering';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../src/program.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = [join(ROOT, 'README.md'), ...globSync(join(ROOT, 'docs', '{,operating/,meter/}*.md'))].map(
  (path) => ({
    path,
    name: relative(ROOT, path),
    text: readFileSync(path, 'utf8'),
  }),
);
const CONFIGURATION = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');

/** Each command line of the page, as words: of shell blocks (pipes and substitutions cut apart) and of inline code. */
function commandLines(text: string): string[][] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) =>
    block!.replaceAll('\\\n', ' '),
  );
  const inline = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return (
    [...blocks.flatMap((block) => block.split('\n')), ...inline.map((code) => code.replaceAll('\n', ' '))]
      .map((line) => line.replace(/\s#\s.*$/, '').replace(/ [<>] ?[\w./~-]+$/, ''))
      .flatMap((line) => line.split(/[|()]/))
      .map((line) =>
        line
          .trim()
          .replace(/^(?:[A-Z_]+=\S+ )+/, '')
          .replace(/^(?:npm run meterhouse --|\.\/meterhouse)/, 'meterhouse'),
      )
      .filter((line) => /^meterhouse [a-z]/.test(line))
      .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!))
      // A command that is only named, such as `meterhouse meter`, is found below by its name.
      .map((words) => words.slice(1).map(exampleOf))
  );
}

/** What stands for something of the reader's, as something of its kind. */
function exampleOf(word: string): string {
  return /^(\$?AGENT|UUID)$/.test(word) ? '88531d1c-296e-4b47-8431-c0e8182148e7' : word;
}

/** Parses as the command line would, without running anything. */
async function parse(words: readonly string[]): Promise<void> {
  const quiet = (command: Command): void => {
    command
      .exitOverride()
      .configureOutput({ writeErr: () => {}, writeOut: () => {} })
      .action(() => {});
    command.commands.forEach(quiet);
  };
  const program = await createProgram();
  quiet(program);
  program.parse([...words], { from: 'user' });
}

/** Follows names of commands; undefined when a word is none. */
async function named(words: readonly string[]): Promise<Command | undefined> {
  let at: Command | undefined = await createProgram();
  for (const word of words) at = at?.commands.find((command) => command.name() === word);
  return at;
}

for (const { name, text, path } of PAGES) {
  test(`${name}: every command line is one that meterhouse takes`, async () => {
    for (const words of commandLines(text)) {
      if ((await named(words)) !== undefined) continue;
      try {
        await parse(words);
      } catch (error) {
        if (error instanceof CommanderError && error.exitCode === 0) continue;
        assert.fail(`meterhouse ${words.join(' ')}: ${(error as Error).message}`);
      }
    }
  });

  test(`${name}: every link leads to a file, and to a heading where it names one`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', heading] = target!.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      assert.ok(existsSync(to), `${target} is not there`);
      if (heading === undefined) continue;
      const headings = [...readFileSync(to, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(heading), `${target}: no such heading`);
    }
  });

  test(`${name}: every setting, problem, metric, report and rule that it names is there`, async () => {
    const serve = commandLines(text).filter(([command]) => command === 'serve');
    for (const flag of serve.flat().filter((word) => word.startsWith('--') && word !== '--help'))
      assert.ok(CONFIGURATION.includes(`\`${flag}`), `serve ${flag}`);
    const known = new Set([
      ...optionsOf(await createProgram()),
      ...(CONFIGURATION.match(/--[a-z-]+/g) ?? []),
      '--help',
    ]);
    for (const [, flag] of text.matchAll(/`(--[a-z-]+)[^`]*`/g)) assert.ok(known.has(flag!), flag);
    for (const [, code] of text.matchAll(/problems\/([a-z-]+)/g)) assert.ok(code! in problems, code);
    for (const [metric] of text.matchAll(/\bmeterhouse_[a-z_]+/g))
      assert.ok(metric.startsWith(METER_METRIC) ? isMetricOfMeter(metric) : metrics().has(metric), metric);
    for (const [type] of text.matchAll(
      /\b(MONTHLY|CUSTOMER_MONTHLY|HOURLY)_USAGE\b|\b(VM|CLUSTER)_HISTORY\b/g,
    ))
      assert.ok(type in REPORTS, type);
    const skus = Object.values(SHIPPED_RULE_SETS).flatMap(({ rules }) => rules.map(({ sku }) => sku));
    for (const [, sku] of text.matchAll(/`((?:FLEX|CORE|PLAIN|VSAN)-[A-Z-]+)`/g))
      assert.ok(skus.includes(sku!), sku);
  });
}

test('the columns of docs/reports.md are those of the reports', () => {
  const { text } = PAGES.find(({ name }) => name === 'docs/reports.md')!;
  for (const [type, { columns }] of Object.entries(REPORTS))
    assert.ok(text.includes(`| \`${type}\` | ${columns.join(', ')} |`), type);
});

test('every metric of the service is explained in docs/operating.md', () => {
  const { text } = PAGES.find(({ name }) => name === 'docs/operating.md')!;
  for (const metric of metrics()) assert.ok(text.includes(`\`${metric}`), metric);
});

function optionsOf(command: Command): string[] {
  return [
    ...command.options.flatMap(({ long }) => (long ? [long] : [])),
    ...command.commands.flatMap(optionsOf),
  ];
}

/** The names that rooms give to `metrics.counter`, `gauge` and `histogram`, with their prefix. */
function metrics(): Set<string> {
  const sources = sourcesOf('service');
  const made = /metrics\s*\.\s*(?:counter|gauge|histogram)(?:<[^>]*>)?\(\s*'([a-z_]+)'/g;
  return new Set(
    sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(made)].map(([, metric]) => `meterhouse_${metric}`),
    ),
  );
}

const METER_METRIC = 'meterhouse_meter_';

/** The meter's API names its figures without their prefix. A page may name the prefix alone. */
function isMetricOfMeter(metric: string): boolean {
  const name = metric.slice(METER_METRIC.length);
  const sources = sourcesOf('meter').filter((file) => file.includes('/api/'));
  return name === '' || sources.some((file) => readFileSync(file, 'utf8').includes(`'${name}'`));
}

const sourcesOf = (app: string) =>
  globSync(join(ROOT, `apps/${app}/src/**/*.ts`)).filter((file) => !file.endsWith('.test.ts'));
