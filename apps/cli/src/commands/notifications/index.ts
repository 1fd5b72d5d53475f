import type { Command } from 'commander';
import { resourceCommand } from '../../resources/resource-command.ts';
import { notifications } from '../../resources/tables/notifications.ts';
import { readCommand } from './read.ts';

export function notificationsCommand(): Command {
  return resourceCommand(notifications).addCommand(readCommand());
}
