import type { BackupList } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function backupListCommand(): Command {
  return new Command('list')
    .description('Lists the backups that the service made, the newest first; for operators.')
    .addHelpText('after', examples('backup list'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const { items } = await client.json<BackupList>('/api/v1/backups');
      if (options.json) return printJson(items);
      const { bytes, count } = await import('../../terminal/numbers.ts');
      const { table } = await import('../../terminal/table.ts');
      print(
        table(
          ['Begun', 'State', 'Folder', 'Rows', 'Files', 'Size', 'Failure'],
          items.map((backup) => [
            backup.createdAt,
            backup.state,
            backup.folder ?? '',
            backup.rows === undefined ? '' : count(backup.rows),
            backup.archiveFiles === undefined ? '' : count(backup.archiveFiles),
            backup.bytes === undefined ? '' : bytes(backup.bytes),
            backup.failure ?? '',
          ]),
          { right: ['Rows', 'Files', 'Size'], empty: 'No backup was made yet.' },
        ),
      );
    });
}
