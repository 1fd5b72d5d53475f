import { Command } from 'commander';
import { changeMeter, settingsOf } from '../../../meter/change-meter.ts';
import { keepPassword } from '../../../meter/keep-password.ts';
import { type ProductFlags, withProductFlags } from '../../../meter/product-flags.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function addCommand(): Command {
  const command = new Command('add')
    .description(
      `Adds a product to the settings, keeps its password sealed, and has a running meter begin with it. What is missing is
asked for on a terminal. A vCenter's certificate that this machine does not trust is shown and has to be accepted, or named
with --fingerprint; nothing is sent to it before that, least of all the password.`,
    )
    .argument('[name]', 'your name for it: small letters, digits, dashes; otherwise made of the address');
  return withMeter(withProductFlags(command))
    .addHelpText(
      'after',
      examples(
        'meter products add vc2 --vcenter vc2.example --user meter@vsphere.local',
        'meter products add --libvirt qemu+ssh://meter@host1/system',
        'meter products add vc3 --vcenter 10.0.0.7:8443 --user meter --password-file vc3-password --fingerprint 3f9c…',
      ),
    )
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<ProductFlags & MeterPlace>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { canAsk } = await import('../../../terminal/ask.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { absolute } = await import('../../../meter/init/wishes.ts');
      const { askProducts, productsOfFlags } = await import('../../../meter/wished-products.ts');
      const settings = await settingsOf(options);
      const taken = new Set(settings.products.map((product) => product.name));
      const ask = canAsk() && !options.json;
      const faults: string[] = [];
      const named = await productsOfFlags(options, { ask, taken, name }, faults);
      const wished = named.length === 0 && faults.length === 0 && ask ? await askProducts(taken) : named;
      if (wished.length === 0 && faults.length === 0)
        faults.push('--vcenter <host[:port]> or --libvirt <uri>: which product');
      if (name !== undefined && wished.length > 1) faults.push(`${name}: a name is for one product.`);
      if (faults.length > 0)
        throw new Failure('Nothing was added.', EXIT.usage, {
          faults,
          advice: 'meterhouse meter products add --help tells more.',
        });
      const products = wished.map(({ entry }) => absolute(entry));
      await changeMeter(
        options,
        products.map((product) => ({ kind: 'add-product' as const, product })),
        async (changed) => {
          for (const { entry, password } of wished)
            if (password !== undefined) await keepPassword(options.dir, changed, entry.name, password);
        },
      );
      if (options.json) return printJson(products);
      for (const { name: added } of products)
        print(`${added} is added. Look at it: meterhouse meter products check ${added}`);
    });
}
