/** The command `meterhouse`. Commands load what they need when they run, so that help and refusals come at once. */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { coverageCommand } from './commands/coverage.ts';
import { demoCommand } from './commands/demo.ts';
import { meterCommand } from './commands/meter/index.ts';
import { metersCommand } from './commands/meters/index.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { reportsCommand } from './commands/reports/index.ts';
import { serveCommand } from './commands/serve.ts';
import { tokenCommand } from './commands/token.ts';
import { uploadsCommand } from './commands/uploads/index.ts';
import { EXIT, EXIT_HELP } from './exit-codes.ts';
import { explain } from './explain.ts';
import type { Failure } from './failure.ts';
import { note } from './terminal/output.ts';
import { plain } from './terminal/plain.ts';
import { dimError, redError } from './terminal/style.ts';

export function createProgram(): Command {
  const program = new Command('meterhouse')
    .description(
      'Usage metering for cloud providers: the service, the meter, and what a person does with them.',
    )
    .version(packageJson.version)
    .option('--server <url>', 'address of the service (METERHOUSE_SERVER, else http://127.0.0.1:8390)')
    .option('--json', 'answer in JSON, for scripts')
    .addHelpText(
      'after',
      `
Environment:
  METERHOUSE_TOKEN    API token to sign in with; it is never taken from the command line
  METERHOUSE_SERVER   address of the service
  NO_COLOR            no colours
${EXIT_HELP}

Examples:
  $ meterhouse demo
  $ meterhouse serve --data ./data
  $ meterhouse reports show --month 2023-01`,
    );
  for (const command of [
    serveCommand(),
    demoCommand(),
    tokenCommand(),
    metersCommand(),
    meterCommand(),
    uploadsCommand(),
    reportsCommand(),
    coverageCommand(),
    rebuildCommand(),
  ]) {
    program.addCommand(command);
  }
  return program;
}

/** Runs a command line. @returns the exit status */
export async function main(argv: readonly string[]): Promise<number> {
  // When the reader of a pipe has gone, such as `head`, the rest is for nobody; what is under way still ends in good order.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const program = createProgram();
  for (const command of withSubcommands(program))
    command
      .exitOverride()
      .showHelpAfterError('(--help tells more)')
      .configureHelp({ showGlobalOptions: true });
  try {
    await program.parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const failure = explain(error);
    if (failure === undefined) throw error;
    tell(failure, argv.includes('--json'));
    return failure.exitCode;
  }
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
