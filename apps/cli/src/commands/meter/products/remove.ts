import { Command } from 'commander';
import { changeMeter, settingsOf } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function removeCommand(): Command {
  const command = new Command('remove')
    .description(
      `Takes a product out of the settings and forgets its password. What was metered of it stays and is sent; from the next hour
on it is not expected any more.`,
    )
    .argument('<name>', 'which product')
    .option('--yes', 'do not ask; needed where no terminal is');
  return withMeter(command)
    .addHelpText('after', examples('meter products remove vc2', 'meter products remove vc2 --yes'))
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { yes?: boolean }>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { confirmDeletion } = await import('../../../resources/confirm-deletion.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { requireProduct } = await import('../../../meter/require-product.ts');
      const settings = await settingsOf(options);
      requireProduct(settings, name);
      const rules = settings.customers.filter(({ productId }) => productId === name).map(({ id }) => id);
      if (rules.length > 0)
        throw new Failure(`Rules of ${name} would be of nothing: ${rules.join(', ')}.`, EXIT.usage, {
          advice: `Remove them first: meterhouse meter rules remove ${rules.join(' ')}`,
        });
      await confirmDeletion(`Stop metering ${name}?`, options.yes);
      const { openSecrets } = await import('@meterhouse/meter/secrets');
      await changeMeter(options, [{ kind: 'remove-product', name }], async () => {
        await (await openSecrets(options.dir, process.env)).remove(name);
      });
      if (options.json) return printJson({ name });
      print(`${name} is not metered any more.`);
    });
}
