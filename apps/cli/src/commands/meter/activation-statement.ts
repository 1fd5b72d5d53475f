import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function activationStatementCommand(): Command {
  return new Command('activation-statement')
    .description(
      'Signs the statement that a person carries to the service for a meter without a network, and prints it. It is no secret.',
    )
    .requiredOption('--dir <dir>', "the meter's directory")
    .requiredOption(
      '--activation-token <token>',
      'what an administrator made; - reads it from standard input',
    )
    .addHelpText(
      'after',
      examples('meter activation-statement --dir ./meter --activation-token - < token.txt > statement.jws'),
    )
    .action(async (_options: unknown, command: Command) => {
      const { dir, activationToken, json } = optionsOf<{ dir: string; activationToken: string }>(command);
      const { prepareActivation } = await import('@meterhouse/meter/activation');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { note, print, printJson } = await import('../../terminal/output.ts');
      const token = activationToken === '-' ? await text(process.stdin) : activationToken;
      const { meter, jws } = await prepareActivation(await loadMeter(dir), token.trim());
      if (json) return printJson({ agent: meter.agent, activation: jws });
      print(jws);
      note(`Where the service can be reached: meterhouse meters activate ${meter.agent} --statement FILE`);
    });
}
