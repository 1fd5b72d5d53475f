import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { ENTRIES } from './catalogue.ts';
import { createProgram } from './program.ts';

test('each command loads under the name that the help of all tells', async () => {
  for (const { name, load } of ENTRIES) assert.equal((await load()).name(), name);
  assert.equal(new Set(ENTRIES.map(({ name }) => name)).size, ENTRIES.length);
});

test('only commands that are named are loaded, and all of them are known', async () => {
  const program = await createProgram(['--server', 'x', 'meters', 'list']);
  const withCommands = program.commands.filter(({ commands }) => commands.length > 0);
  assert.deepEqual(
    withCommands.map((command) => command.name()),
    ['meters'],
  );
  assert.equal(program.commands.length, ENTRIES.length);
});

test('every command says what it does, and shows an example of it', async () => {
  const silent = (command: Command): string[] => [
    ...(command.description() === '' ? [command.name()] : []),
    ...command.commands.flatMap(silent),
  ];
  assert.deepEqual(silent(await createProgram()), []);
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  for (const leaf of leaves(await createProgram())) {
    // The service writes its own help.
    if (leaf.name() === 'serve') continue;
    let help = '';
    leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, /\n {2}\$ meterhouse /, `${leaf.parent?.name()} ${leaf.name()}`);
  }
});
