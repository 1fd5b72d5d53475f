import { Command } from 'commander';
import { keysListCommand } from './list.ts';
import { keysRotateCommand } from './rotate.ts';
import { keysRotateMasterCommand } from './rotate-master.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description(
      'The keys of the service: those that sign, and the master key that seals them; for operators.',
    )
    .addCommand(keysListCommand())
    .addCommand(keysRotateCommand())
    .addCommand(keysRotateMasterCommand());
}
