import { Command } from 'commander';
import { changeCommand } from './change.ts';
import { listCommand } from './list.ts';

export function quotasCommand(): Command {
  return new Command('quotas')
    .description('How much your organisation may use, and what it has used.')
    .addCommand(listCommand())
    .addCommand(changeCommand());
}
