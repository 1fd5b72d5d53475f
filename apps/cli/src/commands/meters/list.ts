import type { MeterPage, MeterSummary } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function listCommand(): Command {
  return new Command('list')
    .description('list the meters that are not deleted')
    .addHelpText('after', examples('meters list', "meters list --json | jq '.[].agentId'"))
    .action(async (_options: unknown, command: Command) => {
      const { server, json } = optionsOf(command);
      const { serverAddress, signedIn } = await import('../../http/session.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = signedIn(serverAddress(server));
      const meters: MeterSummary[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.json<MeterPage>('/api/v1/meters', { query: { limit: 200, cursor } });
        meters.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      if (json) return printJson(meters);
      const { table } = await import('../../terminal/table.ts');
      const rows = meters.map((meter) => [
        meter.agentId,
        meter.label,
        meter.meteringMode,
        meter.connectivityMode,
        meter.contractNumber ?? '',
        meter.siteName ?? '',
        meter.key === undefined ? 'not activated' : `epoch ${meter.key.epoch}`,
      ]);
      print(
        table(['Meter', 'Label', 'Mode', 'Connection', 'Contract', 'Site', 'Key'], rows, {
          empty: 'No meter is registered. Register one: meterhouse meters register --help',
        }),
      );
    });
}
