import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function activateCommand(): Command {
  return new Command('activate')
    .description(
      "Binds the meter's key to its registration; a later activation binds a fresh key in a new epoch.",
    )
    .requiredOption('--dir <dir>', "the meter's directory")
    .requiredOption(
      '--activation-token <token>',
      'what an administrator made; - reads it from standard input',
    )
    .addHelpText(
      'after',
      examples(
        'meter activate --dir ./meter --server http://127.0.0.1:8390 --activation-token UMA:…',
        'meters activation-token UUID | meterhouse meter activate --dir ./meter --activation-token -',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<{ dir: string; activationToken: string }>(command);
      const { dir, activationToken, json } = options;
      const { activateMeter, loadMeter } = await import('@meterhouse/meter');
      const { reach } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const token = activationToken === '-' ? await text(process.stdin) : activationToken;
      const meter = await activateMeter(await loadMeter(dir), (await reach(options)).server, token.trim());
      const { activation, agent } = meter;
      if (json) return printJson({ agent, kid: meter.key.kid, ...activation });
      print(`Meter ${agent} is bound to service ${activation.service} in epoch ${activation.epoch}.`);
    });
}
