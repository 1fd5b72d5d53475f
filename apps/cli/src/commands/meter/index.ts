import { Command } from 'commander';
import { activateCommand } from './activate.ts';
import { initCommand } from './init.ts';
import { replayCommand } from './replay.ts';

export function meterCommand(): Command {
  return new Command('meter')
    .description('a usage meter on this machine: its key, and the packages it makes')
    .addCommand(initCommand())
    .addCommand(activateCommand())
    .addCommand(replayCommand());
}
