import type { ActivationToken } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function activationTokenCommand(): Command {
  return new Command('activation-token')
    .description(
      'Makes the token that binds a meter to this service: good once, for a day; an earlier one ends.',
    )
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText(
      'after',
      examples(
        'meters activation-token 88531d1c-296e-4b47-8431-c0e8182148e7',
        'meters activation-token UUID | meterhouse meter activate --dir ./meter --activation-token -',
      ),
    )
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { connect } = await import('../../http/connect.ts');
      const { note, print, printJson } = await import('../../terminal/output.ts');
      const answer = await (await connect(options)).json<ActivationToken>(
        `/usage/api/v1/agents/${agent}/activation-token`,
        { method: 'POST' },
      );
      if (json) return printJson(answer);
      print(answer.activationToken);
      note(`It works once, until ${answer.expiresAt}, for this meter alone; it is not shown again.`);
    });
}
