import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { type MeterPlace, withMeter } from './place.ts';

interface ApiPasswordOptions extends MeterPlace {
  readonly user: string;
  readonly passwordFile?: string;
}

const LEAST = 12;

export function apiPasswordCommand(): Command {
  const command = new Command('api-password')
    .description(
      `Sets who may use the meter's own API, and his password; until it is set every login there is refused. It is kept as a hash in
secrets.json, and counts for a running meter at once. It has ${LEAST} characters or more. Without a person:
METERHOUSE_METER_API_PASSWORD or METERHOUSE_METER_API_PASSWORD_FILE for meter run.`,
    )
    .option('--user <name>', 'the user', 'admin')
    .option('--password-file <file>', 'the file that holds the password, - for standard input');
  return withMeter(command)
    .addHelpText(
      'after',
      examples('meter api-password', 'meter api-password --user ops --password-file - < api-password'),
    )
    .action(async (_options: unknown, command: Command) => {
      const { dir, user, passwordFile, json } = optionsOf<ApiPasswordOptions>(command);
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { openSecrets } = await import('@meterhouse/meter/secrets');
      const { readPassword } = await import('../../meter/password.ts');
      const { askSecret, canAsk } = await import('../../terminal/ask.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const { plain } = await import('../../terminal/plain.ts');
      await loadMeter(dir);
      if (passwordFile === undefined && !canAsk())
        throw new Failure('There is no terminal to ask for the password.', EXIT.usage, {
          advice: 'Name a file that holds it: --password-file FILE, or - for standard input.',
        });
      const check = (answer: string) =>
        [...answer].length < LEAST ? `It has ${LEAST} characters or more.` : undefined;
      const password =
        passwordFile === undefined
          ? await askSecret({ message: `Password of ${plain(user)} (it is not shown)`, check })
          : await readPassword(passwordFile);
      const fault = check(password);
      if (fault !== undefined) throw new Failure(fault, EXIT.usage);
      if (passwordFile === undefined)
        await askSecret({
          message: 'The same again',
          check: (answer) => (answer === password ? undefined : 'It is not the same.'),
        });
      await (await openSecrets(dir, process.env)).setApiPassword(user, password);
      if (json) return printJson({ user });
      print(plain(`${user} may use the meter's API.`));
    });
}
