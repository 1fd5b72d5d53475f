import { Command } from 'commander';
import { changeCommand } from './change.ts';
import { keyCommand } from './key.ts';
import { showCommand } from './show.ts';

export function privacyCommand(): Command {
  return new Command('privacy')
    .description('Which names leave this machine, and the key that hides the others.')
    .addCommand(showCommand())
    .addCommand(changeCommand())
    .addCommand(keyCommand());
}
