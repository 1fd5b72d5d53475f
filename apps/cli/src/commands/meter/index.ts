import { Command } from 'commander';
import { activateCommand } from './activate.ts';
import { activationStatementCommand } from './activation-statement.ts';
import { apiPasswordCommand } from './api-password.ts';
import { carriedCommand } from './carried.ts';
import { deanonymiseCommand } from './deanonymise.ts';
import { exportCommand } from './export.ts';
import { initCommand } from './init.ts';
import { journalCommand } from './journal.ts';
import { keepActivationCommand } from './keep-activation.ts';
import { privacyCommand } from './privacy/index.ts';
import { productsCommand } from './products/index.ts';
import { replayCommand } from './replay.ts';
import { rulesCommand } from './rules/index.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';

/** @param words of the command line; left out: every option of every command is there */
export async function meterCommand(words?: readonly string[]): Promise<Command> {
  // Each setting is an option of run, and to load what describes them takes longer than all else here.
  const settings =
    words === undefined || words.includes('run')
      ? (await import('@meterhouse/meter/settings')).OUTER_SETTINGS
      : [];
  return new Command('meter')
    .description(
      'A usage meter on this machine: it watches vCenters and libvirt hosts, keeps each hour, and sends signed packages.',
    )
    .addCommand(initCommand())
    .addCommand(runCommand(settings))
    .addCommand(statusCommand())
    .addCommand(productsCommand())
    .addCommand(rulesCommand())
    .addCommand(privacyCommand())
    .addCommand(exportCommand())
    .addCommand(carriedCommand())
    .addCommand(deanonymiseCommand())
    .addCommand(journalCommand())
    .addCommand(apiPasswordCommand())
    .addCommand(activateCommand())
    .addCommand(activationStatementCommand())
    .addCommand(keepActivationCommand())
    .addCommand(replayCommand());
}
