import { Command } from 'commander';
import { settingsOf } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function checkCommand(): Command {
  const command = new Command('check')
    .description(
      `Looks at a product once, or at all: signs in, reads the inventory and says what is there, which rights are lacking and how
far its clock is off. Nothing is metered by it, and a running meter is not disturbed.

The exit status is 8 when one could not be looked at.`,
    )
    .argument('[name]', 'which product; otherwise all that are not paused');
  return withMeter(command)
    .addHelpText('after', examples('meter products check', 'meter products check vc1 --json'))
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { lookAt } = await import('../../../meter/look-at.ts');
      const { lookJson, lookLines } = await import('../../../meter/first-look.ts');
      const { requireProduct } = await import('../../../meter/require-product.ts');
      const settings = await settingsOf(options);
      const products = name === undefined ? settings.products : [requireProduct(settings, name)];
      const { json } = options;
      const looks = await lookAt(options.dir, { ...settings, products }, (look) => {
        if (!json) for (const line of lookLines(look)) print(line);
      });
      if (looks.some(({ look }) => 'failure' in look)) process.exitCode = EXIT.found;
      if (json) printJson(looks.map(({ look }) => lookJson(look)));
      else if (looks.length === 0)
        print('There is no product to look at: meterhouse meter products add --help');
    });
}
