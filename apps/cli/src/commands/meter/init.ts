import { Command, Option } from 'commander';
import type { InitFlags } from '../../meter/init/wishes.ts';
import { withProductFlags } from '../../meter/product-flags.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { dirOption, settingsOption } from './place.ts';

const MORE = `
On a terminal it asks for what the flags leave open, before anything is made; Ctrl-C makes nothing. With --json, or where no
terminal is, nothing is asked: with --dir alone an identity and a meter.yaml with every setting as a comment are made, and with
more flags everything that is lacking is named at once.

Where the service is known and there is an API token for it (meterhouse login, or METERHOUSE_TOKEN), a meter with a --label is
registered and bound to it, looks at its products once and sends a first package, so that addresses, passwords, rights and
the chain are seen to be right. A password is sealed in secrets.json; it is never in meter.yaml, nor taken from the command line.

Run again, it goes on where it ended: what is there stays, what is lacking is made. Settings that are there are not changed, and
a meter that is bound is not registered anew.

Exit status: 0 done; 2 something is lacking or contradicts itself, nothing was made; 6 there is a meter and nothing to do;
9 made, but a product could not be looked at or the first package was not taken; 1, 4, 5 made, but not bound to the service;
130 you stopped it.
`;

export function initCommand(): Command {
  const command = new Command('init')
    .description(
      'Makes a meter: identity, key and settings; then registers it, looks at its products and sends a first package.',
    )
    .addOption(dirOption('the directory; only you will be able to read it'))
    .addOption(settingsOption())
    .option('--agent <uuid>', 'its UUID, where it is known already; otherwise a new one', agentValue)
    .optionsGroup('Where its packages go:')
    .option('--offline', 'nowhere by itself: a person carries them (otherwise --server or METERHOUSE_SERVER)')
    .option('--label <text>', 'what people call it: with it the meter is registered')
    .option('--contract <number>', 'the contract its usage is billed under')
    .option('--site <name>', 'the site of that contract where it stands')
    .addOption(
      new Option('--mode <mode>', 'whether its usage is billed; PRODUCTION by itself').choices([
        'PRODUCTION',
        'TEST',
      ]),
    )
    .optionsGroup('What it meters; more can be added later:');
  return withProductFlags(command)
    .optionsGroup('Settings:')
    .addOption(
      new Option(
        '--names <how>',
        'what becomes of the names of machines, hosts and clusters; hashed by itself',
      ).choices(['hashed', 'redacted', 'plain']),
    )
    .option('--api-listen <host:port>', "where the meter's own API listens, or off; 127.0.0.1:8443 by itself")
    .addHelpText(
      'after',
      MORE +
        examples(
          'meter init --dir ./meter',
          'meter init --dir ./meter --server https://usage.example --label um1 --contract 1012345 --site "Site A" \\\n      --vcenter vc1.example --user meter@vsphere.local --password-file vc1-password',
          'meter init --dir ./meter --offline --libvirt qemu:///system --names plain',
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { runInit } = await import('../../meter/init/run-init.ts');
      await runInit(optionsOf<InitFlags>(command));
    });
}
