import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

interface Options {
  readonly data: string;
  readonly masterKeyFile?: string;
}

export function keysRotateMasterCommand(): Command {
  return new Command('rotate-master')
    .description(
      'Seals all secrets of the records with a new master key, while the service does not run.\n\nThe old key stays beside the new one: backups made before need it. Where the records are kept in a PostgreSQL of yours, DATABASE_URL names it, as for serve.',
    )
    .requiredOption('--data <dir>', 'the data directory of the service')
    .option('--master-key-file <file>', 'the file of the key, where serve is given one')
    .addHelpText('after', examples('keys rotate-master --data /srv/meterhouse'))
    .action(async (_options: unknown, command: Command) => {
      const { data, masterKeyFile, json } = optionsOf<Options>(command);
      const { createLogger, readConfig, rotateMasterKeyOffline } = await import('@meterhouse/service');
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const flags = masterKeyFile === undefined ? [] : ['--master-key-file', masterKeyFile];
      const config = readConfig(['--data', data, ...flags], process.env);
      const quiet = createLogger('warn', { write: () => undefined });
      const rotated = await rotateMasterKeyOffline(config, { logger: quiet }).catch((error: unknown) => {
        if (error instanceof Error && !('code' in error)) throw new Failure(error.message, EXIT.input);
        throw error;
      });
      if (json) return printJson(rotated);
      const { plural } = await import('../../terminal/numbers.ts');
      print(
        `${plural(rotated.sealed, 'secret')} sealed with the new master key in ${rotated.keyFile}. Copy it to your safe.`,
      );
      print(`The old one is in ${rotated.retired}: move it to where your older backups are, which need it.`);
    });
}
