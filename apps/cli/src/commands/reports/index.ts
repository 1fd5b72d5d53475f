import { Command } from 'commander';
import { diffCommand } from './diff.ts';
import { downloadCommand } from './download.ts';
import { listCommand } from './list.ts';
import { showCommand } from './show.ts';
import { syncCommand } from './sync.ts';

export function reportsCommand(): Command {
  return new Command('reports')
    .description("A month's reports.")
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(downloadCommand())
    .addCommand(syncCommand())
    .addCommand(diffCommand());
}
