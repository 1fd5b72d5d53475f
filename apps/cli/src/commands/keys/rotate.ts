import type { SigningKeyItem } from '@meterhouse/contract';
import { Argument, Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function keysRotateCommand(): Command {
  return new Command('rotate')
    .description(
      'Puts a new signing key in force at once; for operators.\n\nWhat the old one signed verifies on: access tokens until they end, reports for ever.',
    )
    .addArgument(
      new Argument('<purpose>', 'access: the key of access tokens; report: the key of manifests').choices([
        'access',
        'report',
      ]),
    )
    .addHelpText('after', examples('keys rotate access'))
    .action(async (purpose: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const key = await client.json<SigningKeyItem>(`/api/v1/signing-keys/${purpose}/rotate`, {
        method: 'POST',
      });
      if (options.json) return printJson(key);
      print(`${key.kid} signs from now on.`);
    });
}
