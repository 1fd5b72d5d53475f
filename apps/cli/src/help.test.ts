import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, Option } from 'commander';
import { HELP_STYLE } from './help.ts';
import { createProgram } from './program.ts';

const withAll = (command: Command): Command[] => [command, ...command.commands.flatMap(withAll)];
function shown(command: Command): string {
  let help = '';
  command
    .configureHelp({ ...HELP_STYLE, helpWidth: 80 })
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp();
  return help;
}

test('every command tells of itself in whole sentences', async () => {
  for (const command of (await createProgram()).commands.flatMap(withAll))
    assert.match(command.description(), /^[A-Z].*\.$/s, `${command.parent?.name()} ${command.name()}`);
});

test('a description is wrapped to the window, not where its source ends a line; paragraphs stay', () => {
  const words = shown(
    new Command('look').description('Looks at one\nthing. Then at\nanother.\n\nAnd rests.'),
  );
  assert.match(words, /\nLooks at one thing\. Then at another\.\n\nAnd rests\.\n/);
});

test('a list of commands has the first sentence of each', () => {
  const group = new Command('group').addCommand(
    new Command('look').description('Looks at v1.2\nof it. And more.'),
  );
  assert.match(shown(group), /\n {2}look +looks at v1\.2 of it\n/);
});

test('the overview has no line of more than 80 characters', async () => {
  for (const line of shown(await createProgram(['none'])).split('\n')) assert.ok(line.length <= 80, line);
});

test('behind the words of an option stands whether it is needed, what it may be, and what it is by itself', () => {
  const help = shown(
    new Command('look')
      .requiredOption('--at <place>', 'where to look')
      .addOption(new Option('--as <form>', 'how').choices(['tsv', 'csv']).default('tsv'))
      .addOption(new Option('--for <time>', 'how long').default(3600, '1h'))
      .addOption(new Option('--back [months]', 'how far back').preset('6'))
      .option('--no-wait', 'do not wait'),
  );
  for (const line of [
    /--at <place> +where to look \(needed\)\n/,
    /--as <form> +how \(one of tsv, csv; default: tsv\)\n/,
    /--for <time> +how long \(default: 1h\)\n/,
    /--back \[months\] +how far back \(without a value: 6\)\n/,
    /--no-wait +do not wait\n/,
  ])
    assert.match(help, line);
});

test('every command leads to the exit statuses, and the overview has them', async () => {
  const program = await createProgram();
  const leads = /\nThe exit status is 0 when it is done; meterhouse --help tells every other one/;
  for (const command of program.commands.flatMap(withAll))
    assert.match(shown(command), leads, `${command.parent?.name()} ${command.name()}`);
  assert.match(shown(program), /\n130 {2}stopped by whom it asked\n/);
  assert.doesNotMatch(shown(program), leads);
});
