import type { Command } from 'commander';
import { resourceCommand } from '../../resources/resource-command.ts';
import { auditLog } from '../../resources/tables/audit-log.ts';
import { verifyCommand } from './verify.ts';

export function auditLogCommand(): Command {
  return resourceCommand(auditLog).addCommand(verifyCommand());
}
