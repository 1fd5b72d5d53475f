import { Command } from 'commander';

export function serveCommand(): Command {
  return (
    new Command('serve')
      .description('Runs the service until Ctrl-C.')
      // The service reads its own settings, from flags, environment and file, and names every fault at once.
      .allowUnknownOption()
      .allowExcessArguments()
      .helpOption(false)
      .action(async () => {
        const words = process.argv.slice(2);
        const flags = words[0] === 'help' ? ['--help'] : words.slice(words.indexOf('serve') + 1);
        const { serve } = await import('../serve/serve.ts');
        await serve(flags);
      })
  );
}
