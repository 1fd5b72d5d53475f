import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

export function logoutCommand(): Command {
  return new Command('logout')
    .description(
      `Forgets the account of the profile, "default" unless --profile says else. The token itself stays good: revoke it with
"meterhouse api-tokens delete" when nobody is to use it any more.`,
    )
    .option('--all', 'forget every profile')
    .addHelpText('after', examples('logout', 'logout --profile prod', 'logout --all'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<{ all?: boolean }>(command);
      const { logout } = await import('../credentials/logout.ts');
      const { print, printJson } = await import('../terminal/output.ts');
      const names = await logout(options);
      if (options.json) return printJson({ forgotten: names });
      print(
        names.length === 0
          ? 'Nobody was signed in here: login has kept nothing to forget.'
          : `Forgotten: ${names.join(', ')}.`,
      );
    });
}
