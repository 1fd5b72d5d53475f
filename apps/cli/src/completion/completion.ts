import type { Command } from 'commander';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { nodesOf } from './tree.ts';
import { zshCompletion } from './zsh.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** The script that completes a program's commands, options and choices in a shell. */
export function completionOf(shell: keyof typeof SCRIPTS, program: Command): string {
  return SCRIPTS[shell](nodesOf(program));
}
