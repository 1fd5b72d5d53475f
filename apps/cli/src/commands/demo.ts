import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Runs the whole journey in a throw-away directory: a token, a meter, a month of packages, its reports.',
    )
    .option('--once', 'end when the journey is through instead of staying up')
    .option('--trace <file>', 'meter this trace instead of a generated fleet')
    .addHelpText('after', examples('demo', 'demo --once', 'demo --trace trace.csv.gz'))
    .action(async (_options: unknown, command: Command) => {
      const { once, trace } = optionsOf<{ once?: boolean; trace?: string }>(command);
      const { runDemo } = await import('../demo/demo.ts');
      await runDemo({ once: once === true, ...(trace !== undefined && { trace }) });
    });
}
