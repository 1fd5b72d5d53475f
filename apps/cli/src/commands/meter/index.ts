import { Command } from 'commander';
import { activateCommand } from './activate.ts';
import { activationStatementCommand } from './activation-statement.ts';
import { initCommand } from './init.ts';
import { keepActivationCommand } from './keep-activation.ts';
import { replayCommand } from './replay.ts';

export function meterCommand(): Command {
  return new Command('meter')
    .description('A usage meter on this machine: its key, and the packages it makes.')
    .addCommand(initCommand())
    .addCommand(activateCommand())
    .addCommand(activationStatementCommand())
    .addCommand(keepActivationCommand())
    .addCommand(replayCommand());
}
