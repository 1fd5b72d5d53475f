import { Command } from 'commander';
import { acceptCommand } from './accept.ts';
import { addCommand } from './add.ts';
import { changeCommand } from './change.ts';
import { checkCommand } from './check.ts';
import { listCommand } from './list.ts';
import { passwordCommand } from './password.ts';
import { removeCommand } from './remove.ts';

export function productsCommand(): Command {
  return new Command('products')
    .description('What is metered: vCenters and libvirt hosts, their passwords and certificates.')
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(changeCommand())
    .addCommand(removeCommand())
    .addCommand(passwordCommand())
    .addCommand(acceptCommand())
    .addCommand(checkCommand());
}
