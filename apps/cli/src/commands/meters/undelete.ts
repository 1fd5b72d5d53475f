import type { MeterSummary } from '@meterhouse/contract';
import { Command } from 'commander';
import { withKey, withSequence } from '../../resources/resource-command.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function undeleteCommand(): Command {
  return withKey(withSequence(new Command('undelete')))
    .description('Brings a deleted meter back, as it was. What it spooled in between it can send then.')
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText('after', examples('meters undelete 88531d1c-296e-4b47-8431-c0e8182148e7'))
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ sequence?: number; idempotencyKey?: string }>(command);
      const { connect } = await import('../../http/connect.ts');
      const { once } = await import('../../http/once.ts');
      const { sequenceOf } = await import('../../resources/sequence-of.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const path = `/api/v1/meters/${agent}`;
      const sequence = options.sequence ?? (await sequenceOf(client, path));
      const call = { method: 'POST', json: { sequence } } as const;
      const meter = (await once(client, `${path}/undelete`, call, options.idempotencyKey)) as MeterSummary;
      if (options.json) return printJson(meter);
      const { plain } = await import('../../terminal/plain.ts');
      print(plain(`${meter.label} (${agent}) is back.`));
    });
}
