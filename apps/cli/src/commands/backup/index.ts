import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { backupListCommand } from './list.ts';
import { backupVerifyCommand } from './verify.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'Makes a backup of records and archive while the service runs, and waits for it; for operators.\n\nThe service writes it into a folder of its own below --backup-dir. The master key is not in it: keep a copy of that elsewhere.',
    )
    .addHelpText(
      'after',
      examples('backup', 'backup --json', 'backup verify /backup/20230203T040506Z-0b6e6e8c'),
    )
    .addCommand(backupListCommand())
    .addCommand(backupVerifyCommand())
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { connect } = await import('../../http/connect.ts');
      const { runBackup } = await import('../../journey/run-backup.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const backup = await runBackup(await connect(options));
      const { json } = options;
      if (backup.state !== 'complete') {
        const { Failure } = await import('../../failure.ts');
        throw new Failure(`The backup failed. ${backup.failure ?? ''}`);
      }
      if (json) return printJson(backup);
      const { bytes, plural } = await import('../../terminal/numbers.ts');
      print(
        `${backup.folder}: ${plural(backup.rows ?? 0, 'row')}, ${plural(backup.archiveFiles ?? 0, 'file')} of the archive, ${bytes(backup.bytes ?? 0)}.`,
      );
    });
}
