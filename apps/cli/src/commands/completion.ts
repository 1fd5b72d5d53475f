import { Argument, Command } from 'commander';
import { examples } from './globals.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function completionCommand(): Command {
  return new Command('completion')
    .description(
      `Prints a script that completes commands, options and their choices on Tab. It is made from the commands themselves and
starts nothing when Tab is pressed; print it again after an update.`,
    )
    .addArgument(new Argument('<shell>', 'yours').choices(SHELLS))
    .addHelpText(
      'after',
      `${examples('completion bash', 'completion zsh', 'completion fish')}

Set it up, once:
  bash  meterhouse completion bash > ~/.local/share/bash-completion/completions/meterhouse
  zsh   meterhouse completion zsh > "\${fpath[1]}/_meterhouse"
  fish  meterhouse completion fish > ~/.config/fish/completions/meterhouse.fish`,
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { createProgram } = await import('../program.ts');
      const { completionOf } = await import('../completion/completion.ts');
      const { print } = await import('../terminal/output.ts');
      print(completionOf(shell, await createProgram()));
    });
}
