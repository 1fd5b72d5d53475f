import type { MeterDetail } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function showCommand(): Command {
  return new Command('show')
    .description('show one meter and what it was billed under from which hour on')
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText('after', examples('meters show 88531d1c-296e-4b47-8431-c0e8182148e7'))
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const meter = await (await connect(options)).json<MeterDetail>(`/api/v1/meters/${agent}`);
      if (json) return printJson(meter);
      const { plain } = await import('../../terminal/plain.ts');
      const { table } = await import('../../terminal/table.ts');
      const { bold, heading } = await import('../../terminal/style.ts');
      const facts: [string, string | undefined][] = [
        ['Meter', meter.agentId],
        ['State', meter.deletedAt === undefined ? meter.state : `deleted ${meter.deletedAt}`],
        ['Mode', `${meter.meteringMode}, ${meter.connectivityMode}`],
        ['Version', meter.version],
        ['Registration', meter.registration],
        ['Registered', meter.registeredAt],
        ['Key', meter.key && `${meter.key.kid}, epoch ${meter.key.epoch}, bound ${meter.key.boundAt}`],
      ];
      print(heading(plain(meter.label)));
      for (const [name, value] of facts) {
        if (value !== undefined) print(`  ${bold(name.padEnd(13))} ${plain(value)}`);
      }
      print();
      print(
        table(
          ['From', 'Mode', 'Contract', 'Site'],
          meter.assignments.map(({ from, meteringMode, contractNumber, siteName }) => [
            from ?? 'the beginning',
            meteringMode,
            contractNumber ?? '',
            siteName ?? '',
          ]),
        ),
      );
    });
}
