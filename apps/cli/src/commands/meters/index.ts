import { Command } from 'commander';
import { activationTokenCommand } from './activation-token.ts';
import { listCommand } from './list.ts';
import { registerCommand } from './register.ts';
import { showCommand } from './show.ts';

export function metersCommand(): Command {
  return new Command('meters')
    .description('the meters of your organisation, as the service knows them')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(registerCommand())
    .addCommand(activationTokenCommand());
}
