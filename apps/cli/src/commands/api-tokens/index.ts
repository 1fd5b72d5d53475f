import type { Command } from 'commander';
import { resourceCommand } from '../../resources/resource-command.ts';
import { apiTokens } from '../../resources/tables/api-tokens.ts';
import { rotateCommand } from './rotate.ts';

export function apiTokensCommand(): Command {
  return resourceCommand(apiTokens).addCommand(rotateCommand());
}
