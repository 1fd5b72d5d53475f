import { Command } from 'commander';
import { changeMeter, settingsOf } from '../../../meter/change-meter.ts';
import { type Address, addressOf, fingerprintOf } from '../../../meter/product-flags.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

interface ChangeOptions extends MeterPlace {
  readonly vcenter?: Address;
  readonly libvirt?: string;
  readonly user?: string;
  readonly fingerprint?: string | boolean;
  readonly productCaFile?: string | boolean;
  readonly poll?: string;
  readonly pause?: boolean;
  readonly resume?: boolean;
}

export function changeCommand(): Command {
  const command = new Command('change')
    .description(
      `Changes a product in the settings, where comments and order stay, and has a running meter follow. A password belongs to the
address and user that it was given for: with another one it is to be given again. A paused product is not metered and not
expected, and nothing is proven across the pause.`,
    )
    .argument('<name>', 'which product')
    .option(
      '--vcenter <host[:port]>',
      'another address of a vCenter; port 443 unless another is given',
      addressOf,
    )
    .option('--libvirt <uri>', 'another libvirt connection')
    .option('--user <name>', 'who the meter signs in as')
    .option('--fingerprint <sha256>', 'another accepted certificate', fingerprintOf)
    .option('--no-fingerprint', 'none: the chain has to be trusted')
    .option('--product-ca-file <pem>', 'trust this authority for it')
    .option('--no-product-ca-file', 'none but those that this machine trusts')
    .option('--poll <time>', 'longest time between two looks, 1s to 60s')
    .option('--pause', 'do not meter it for now')
    .option('--resume', 'meter it again');
  return withMeter(command)
    .addHelpText(
      'after',
      examples(
        'meter products change vc1 --pause',
        'meter products change vc1 --vcenter vc1-new.example',
        'meter products change vc1 --poll 30s',
      ),
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = optionsOf<ChangeOptions>(command);
      const { resolve } = await import('node:path');
      const { EXIT } = await import('../../../exit-codes.ts');
      const { Failure } = await import('../../../failure.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { vcenter, libvirt, user, fingerprint, productCaFile, poll, pause, resume } = options;
      const fields = {
        ...(vcenter && { address: vcenter.address, port: vcenter.port }),
        ...(libvirt !== undefined && { address: libvirt }),
        ...(user !== undefined && { user }),
        ...(typeof fingerprint === 'string' && { fingerprint }),
        ...(fingerprint === false && { fingerprint: null }),
        ...(typeof productCaFile === 'string' && { caFile: resolve(productCaFile) }),
        ...(productCaFile === false && { caFile: null }),
        ...(poll !== undefined && { poll }),
        ...(pause && { paused: true }),
        ...(resume && { paused: null }),
      };
      const type = (await settingsOf(options)).products.find((product) => product.name === name)?.type;
      const faults = [
        ...(pause && resume ? ['--pause and --resume: choose one.'] : []),
        ...(vcenter && type === 'libvirt' ? [`--vcenter: ${name} is a libvirt connection.`] : []),
        ...(libvirt !== undefined && type === 'vCenter' ? [`--libvirt: ${name} is a vCenter.`] : []),
        ...(Object.keys(fields).length === 0
          ? [
              '--vcenter, --libvirt, --user, --fingerprint, --product-ca-file, --poll, --pause or --resume: what to change',
            ]
          : []),
      ];
      if (faults.length > 0)
        throw new Failure('Nothing was changed.', EXIT.usage, {
          faults,
          advice: 'meterhouse meter products change --help tells more.',
        });
      const settings = await changeMeter(options, [{ kind: 'change-product', name, fields }]);
      if (options.json) return printJson(settings.products.find((product) => product.name === name));
      print(`${name} is changed.`);
    });
}
