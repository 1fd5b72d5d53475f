import type { NotificationItem } from '@meterhouse/contract';
import { Command } from 'commander';
import { notifications } from '../../resources/tables/notifications.ts';
import { examples, optionsOf } from '../globals.ts';

export function readCommand(): Command {
  return new Command('read')
    .description('Marks notifications as read, for everybody in the organisation.')
    .argument('[notifications...]', 'their UUIDs')
    .option('--all', 'all that are unread')
    .addHelpText('after', examples('notifications read NOTIFICATION', 'notifications read --all'))
    .action(async (named: readonly string[], _options: unknown, command: Command) => {
      const options = optionsOf<{ all?: boolean }>(command);
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      if ((named.length === 0) !== (options.all === true)) {
        throw new Failure('Name notifications, or say --all.', EXIT.usage);
      }
      const { connect } = await import('../../http/connect.ts');
      const { once } = await import('../../http/once.ts');
      const { allPages } = await import('../../output/all-pages.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const { path } = notifications;
      const unread = allPages<NotificationItem>(client, path, { filter: 'state==unread' });
      // All are read first: marking them while paging would move the pages.
      const ids = options.all ? (await Array.fromAsync(unread)).map(({ id }) => id) : named;
      for (const id of ids) await once(client, `${path}/${encodeURIComponent(id)}/read`, { method: 'POST' });
      if (options.json) return printJson({ read: ids });
      print(ids.length === 0 ? 'Nothing was unread.' : `Read: ${ids.length}.`);
    });
}
