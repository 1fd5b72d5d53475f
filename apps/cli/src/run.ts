import { type Command, CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { Failure } from './failure.ts';
import { HELP_STYLE } from './help.ts';
import { createProgram } from './program.ts';
import { note } from './terminal/output.ts';
import { plain } from './terminal/plain.ts';
import { dimError, redError } from './terminal/style.ts';
import { withoutUnknownHelp } from './unknown-help.ts';

/** Runs a command line. @returns the exit status */
export async function main(argv: readonly string[]): Promise<number> {
  // When the reader of a pipe has gone, such as `head`, the rest is for nobody; what is under way still ends in good order.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const words = helpAsFlag(argv.slice(2));
  const program = await createProgram(words);
  let reading = program;
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .configureHelp(HELP_STYLE)
      .hook('preSubcommand', (_parent, command) => {
        reading = command;
      });
  }
  try {
    await program.parseAsync(withoutUnknownHelp(program, words), { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    const failure = await failureOf(error, reading);
    if (failure === undefined) return EXIT.done;
    tell(failure, argv.includes('--json'));
    return failure.exitCode;
  }
}

/** `help reports sync` asks for what `reports sync --help` tells; of the words after it commander would take the first alone. */
function helpAsFlag(words: readonly string[]): string[] {
  const [first, second, ...rest] = words;
  const named = first === 'help' && second !== undefined && !second.startsWith('-');
  return named ? [second, ...rest, '--help'] : [...words];
}

/** Undefined when help was asked for and given. @throws what nobody foresaw */
async function failureOf(error: unknown, reading: Command): Promise<Failure | undefined> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    const { usageFailure, helpFailure } = await import('./usage-failure.ts');
    return error.code === 'commander.help' ? helpFailure() : usageFailure(error, reading);
  }
  const { explain } = await import('./explain.ts');
  const failure = explain(error);
  if (failure === undefined) throw error;
  return failure;
}

function tell(failure: Failure, json: boolean): void {
  const { message, faults, advice, code, requestId, exitCode } = failure;
  if (json) {
    note(JSON.stringify({ error: { message, code, faults, advice, requestId, exitCode } }, null, 2));
    return;
  }
  note(`${redError('error')} ${lines(message)}`);
  for (const fault of faults) note(`  ${plain(fault)}`);
  if (advice !== undefined) note(`  ${advice}`);
  if (requestId !== undefined) note(dimError(`  request ${requestId}`));
}

/** Our own messages may have several lines; nothing else of a control character is kept. */
function lines(message: string): string {
  return message.split('\n').map(plain).join('\n');
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
