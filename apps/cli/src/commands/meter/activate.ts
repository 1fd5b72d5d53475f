import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function activateCommand(): Command {
  return new Command('activate')
    .description(
      "bind the meter's key to its registration; a later activation binds a fresh key in a new epoch",
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
      const { dir, activationToken, server, json } = optionsOf<{ dir: string; activationToken: string }>(
        command,
      );
      const { activateMeter, loadMeter } = await import('@meterhouse/meter');
      const { serverAddress } = await import('../../http/session.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const token = activationToken === '-' ? await text(process.stdin) : activationToken;
      const meter = await activateMeter(await loadMeter(dir), serverAddress(server), token.trim());
      const { activation, agent } = meter;
      if (json) return printJson({ agent, kid: meter.key.kid, ...activation });
      print(`Meter ${agent} is bound to service ${activation.service} in epoch ${activation.epoch}.`);
    });
}
