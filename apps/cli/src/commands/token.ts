import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

export function tokenCommand(): Command {
  return new Command('token')
    .description('Exchanges the API token for an access token of 30 minutes and prints it.')
    .addHelpText('after', examples('token', 'token --json'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { reach } = await import('../http/connect.ts');
      const { authorize } = await import('../http/session.ts');
      const { print, printJson } = await import('../terminal/output.ts');
      const { server, apiToken } = await reach(options);
      const answer = await authorize(server, await apiToken());
      if (json) {
        printJson({ accessToken: answer.access_token, expiresIn: answer.expires_in });
      } else {
        print(answer.access_token);
      }
    });
}
