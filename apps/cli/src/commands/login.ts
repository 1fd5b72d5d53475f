import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { examples, optionsOf } from './globals.ts';

interface LoginOptions {
  readonly token?: string | true;
  readonly tokenStdin?: boolean;
  readonly tokenCommand?: string;
}

export function loginCommand(): Command {
  return new Command('login')
    .description(
      `Keeps an API token for this and later commands, after it has been tried. On a terminal it asks for the address of the
service and for the token, which is not shown. The token is kept in a file that only you can read; with --token-command the
command that prints it is kept instead, and run each time a token is needed, so that the token stays where it is safe.

Several accounts are kept side by side under the names that --profile gives them; without it the name is "default". A token
is only ever sent to the server that it was kept for. METERHOUSE_TOKEN, where it is set, is used before any of them.`,
    )
    .argument('[token]')
    .option('--token-stdin', 'read the token from standard input')
    .option(
      '--token-command <command>',
      "keep this command of a shell, which prints the token: 'pass show meterhouse'",
    )
    .addOption(new Option('--token [token]').hideHelp())
    .usage('[options]')
    .addHelpText(
      'after',
      examples(
        'login',
        'login --server https://meterhouse.example --profile prod',
        'login --token-stdin < ./data/operator-token',
        "login --profile prod --token-command 'pass show meterhouse'",
      ),
    )
    .action(async (argument: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<LoginOptions>(command);
      const { Failure } = await import('../failure.ts');
      const { EXIT } = await import('../exit-codes.ts');
      if (argument !== undefined || options.token !== undefined) {
        throw new Failure('A token does not belong on a command line.', EXIT.usage, {
          advice:
            'Others can see it there, and the shell keeps it: revoke it and make another one. Then: meterhouse login, which asks for it, or --token-stdin.',
        });
      }
      const { login } = await import('../credentials/login.ts');
      const { tokenStdin, tokenCommand } = options;
      if (tokenStdin && tokenCommand !== undefined)
        throw new Failure('--token-stdin and --token-command: choose one.', EXIT.usage);
      const { identity, name, server, path } = await login(options, {
        ...(tokenStdin && { value: (await text(process.stdin)).trim() }),
        ...(tokenCommand !== undefined && { command: tokenCommand }),
      });
      const { print, printJson } = await import('../terminal/output.ts');
      if (options.json)
        return printJson({ profile: name, server, organisation: identity.organisation, role: identity.role });
      const { plain } = await import('../terminal/plain.ts');
      print(plain(`Signed in to ${server} as ${identity.role} of ${identity.organisation.name}.`));
      print(plain(`Kept as profile ${name} in ${path}.`));
    });
}
