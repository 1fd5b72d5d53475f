import { Command } from 'commander';
import { addCommand } from './add.ts';
import { auditCommand } from './audit.ts';
import { listCommand } from './list.ts';
import { removeCommand } from './remove.ts';

export function rulesCommand(): Command {
  return new Command('rules')
    .description("Whose usage it is: customers' rules of this meter, and what they do.")
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(removeCommand())
    .addCommand(auditCommand());
}
