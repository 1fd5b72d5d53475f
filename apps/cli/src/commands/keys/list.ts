import type { SigningKeyItem } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function keysListCommand(): Command {
  return new Command('list')
    .description('Lists the keys that sign access tokens and reports, the newest first; for operators.')
    .addHelpText('after', examples('keys list'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const { items } = await client.json<{ items: SigningKeyItem[] }>('/api/v1/signing-keys');
      if (options.json) return printJson(items);
      const { table } = await import('../../terminal/table.ts');
      print(
        table(
          ['Key', 'Signs', 'Algorithm', 'Made', 'Retired'],
          items.map(({ kid, purpose, algorithm, createdAt, retiredAt }) => [
            kid,
            purpose,
            algorithm,
            createdAt,
            retiredAt ?? '',
          ]),
        ),
      );
    });
}
