import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Activation } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function activateMetersCommand(): Command {
  return new Command('activate')
    .description('Hands in the statement of a meter without a network, and prints the answer to carry back.')
    .argument('<agent>', "the meter's UUID", agentValue)
    .requiredOption(
      '--statement <file>',
      'what `meter activation-statement` printed; - reads it from standard input',
    )
    .addHelpText(
      'after',
      examples(
        'meters activate 88531d1c-296e-4b47-8431-c0e8182148e7 --statement statement.jws > answer.json',
      ),
    )
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ statement: string }>(command);
      const { connect } = await import('../../http/connect.ts');
      const { note, printJson } = await import('../../terminal/output.ts');
      const { statement, json } = options;
      const activation = (
        statement === '-' ? await text(process.stdin) : await readFile(statement, 'utf8')
      ).trim();
      const answer = await (await connect(options)).json<Activation>(
        `/usage/api/v1/agents/${agent}/activate`,
        { method: 'POST', json: { activation } },
      );
      // The answer is a file for the meter, so it is JSON in either case.
      printJson(answer);
      if (!json) note('On the meter: meterhouse meter keep-activation --dir DIR --answer FILE');
    });
}
