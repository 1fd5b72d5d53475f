import { Command } from 'commander';
import { listCommand } from './list.ts';
import { sendCommand } from './send.ts';
import { showCommand } from './show.ts';

export function uploadsCommand(): Command {
  return new Command('uploads')
    .description('The packages of usage that meters hand over.')
    .addCommand(sendCommand())
    .addCommand(listCommand())
    .addCommand(showCommand());
}
