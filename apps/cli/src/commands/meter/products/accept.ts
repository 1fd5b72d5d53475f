import { Command } from 'commander';
import { changeMeter, settingsOf } from '../../../meter/change-meter.ts';
import { fingerprintOf } from '../../../meter/product-flags.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function acceptCommand(): Command {
  const command = new Command('accept')
    .description(
      `Accepts the certificate that a vCenter shows now: it is shown, and asked about. Without a terminal --fingerprint says which
one you have compared; another one is refused. A running meter tries the vCenter at once.`,
    )
    .argument('<name>', 'which product')
    .option('--fingerprint <sha256>', 'the one to accept, and no other', fingerprintOf);
  return withMeter(command)
    .addHelpText(
      'after',
      examples('meter products accept vc1', 'meter products accept vc1 --fingerprint 3f9c…'),
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { fingerprint?: string }>(command);
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { canAsk } = await import('../../../terminal/ask.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { acceptedFingerprint } = await import('../../../meter/wished-products.ts');
      const { requireProduct } = await import('../../../meter/require-product.ts');
      const product = requireProduct(await settingsOf(options), name);
      if (product.type !== 'vCenter')
        throw new Failure(`${name} is a libvirt connection: its URI says how it is secured.`, EXIT.usage);
      const given = options.fingerprint === undefined ? [] : [options.fingerprint];
      const faults: string[] = [];
      const fingerprint = await acceptedFingerprint(product, product.caFile, given, canAsk(), faults);
      if (faults.length > 0) throw new Failure('Nothing was accepted.', EXIT.usage, { faults });
      if (fingerprint === undefined)
        throw new Failure(`${name}: there is no certificate to accept.`, EXIT.refused, {
          advice: 'It cannot be looked at now, or this machine trusts its chain already.',
        });
      await changeMeter(options, [{ kind: 'change-product', name, fields: { fingerprint } }]);
      if (options.json) return printJson({ name, fingerprint });
      print(`${name} is trusted by its certificate with SHA-256 ${fingerprint}.`);
    });
}
