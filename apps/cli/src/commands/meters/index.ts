import { Command } from 'commander';
import { verbCommand } from '../../resources/resource-command.ts';
import { meters } from '../../resources/tables/meters.ts';
import { activateMetersCommand } from './activate.ts';
import { activationTokenCommand } from './activation-token.ts';
import { compromiseCommand } from './compromise.ts';
import { keysCommand } from './keys.ts';
import { listCommand } from './list.ts';
import { registerCommand } from './register.ts';
import { showCommand } from './show.ts';
import { undeleteCommand } from './undelete.ts';

export function metersCommand(): Command {
  return new Command('meters')
    .description(meters.about)
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(registerCommand())
    .addCommand(verbCommand(meters, 'change'))
    .addCommand(verbCommand(meters, 'delete'))
    .addCommand(undeleteCommand())
    .addCommand(activationTokenCommand())
    .addCommand(activateMetersCommand())
    .addCommand(keysCommand())
    .addCommand(compromiseCommand());
}
