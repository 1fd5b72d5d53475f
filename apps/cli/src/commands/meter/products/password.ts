import { Command } from 'commander';
import { haveItFollow, settingsOf } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function passwordCommand(): Command {
  const command = new Command('password')
    .description(
      `Keeps the password of a product, sealed in secrets.json, and has a running meter try it at once. On a terminal it is asked
for and not shown; it is never taken from the command line, where others see it.`,
    )
    .argument('<name>', 'which product')
    .option('--password-file <file>', 'the file that holds it, - for standard input');
  return withMeter(command)
    .addHelpText(
      'after',
      examples('meter products password vc1', 'meter products password vc1 --password-file - < vc1-password'),
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { passwordFile?: string }>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { askSecret, canAsk } = await import('../../../terminal/ask.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { readPassword } = await import('../../../meter/password.ts');
      const { keepPassword } = await import('../../../meter/keep-password.ts');
      const { requireProduct } = await import('../../../meter/require-product.ts');
      const settings = await settingsOf(options);
      const { user, address } = requireProduct(settings, name);
      if (options.passwordFile === undefined && !canAsk())
        throw new Failure('There is no terminal to ask for the password.', EXIT.usage, {
          advice: 'Name a file that holds it: --password-file FILE, or - for standard input.',
        });
      const password =
        options.passwordFile === undefined
          ? await askSecret({ message: `Password of ${user || 'the user'} at ${address} (it is not shown)` })
          : await readPassword(options.passwordFile);
      await keepPassword(options.dir, settings, name, password);
      await haveItFollow(options.dir);
      if (options.json) return printJson({ name });
      print(`The password of ${name} is kept. Try it: meterhouse meter products check ${name}`);
    });
}
