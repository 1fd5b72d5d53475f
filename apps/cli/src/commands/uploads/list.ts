import type { UploadPage, UploadSummary } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function listCommand(): Command {
  return new Command('list')
    .description("list a meter's packages, the newest first, and the numbers of its chain that have not come")
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText('after', examples('uploads list 88531d1c-296e-4b47-8431-c0e8182148e7'))
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const path = `/usage/api/v1/agents/${agent}/uploads`;
      const uploads: UploadSummary[] = [];
      let page: UploadPage | undefined;
      do {
        page = await client.json<UploadPage>(path, { query: { limit: 200, cursor: page?.nextCursor } });
        uploads.push(...page.items);
      } while (page.nextCursor !== undefined);
      if (json) return printJson({ items: uploads, missing: page.missing });
      const { bytes, count } = await import('../../terminal/numbers.ts');
      const { yellow } = await import('../../terminal/style.ts');
      const { table } = await import('../../terminal/table.ts');
      print(
        table(
          ['Upload', 'Month', 'Epoch', 'Number', 'State', 'Records', 'Size', 'Received'],
          uploads.map(({ uploadId, month, epoch, number, state, records, ...upload }) => [
            uploadId,
            month,
            String(epoch),
            String(number),
            state,
            count(records.vm + records.host + records.cluster),
            bytes(upload.bytes),
            upload.receivedAt,
          ]),
          { right: ['Epoch', 'Number', 'Records', 'Size'], empty: 'The meter has sent nothing yet.' },
        ),
      );
      for (const { epoch, from, to } of page.missing) {
        const numbers = from === to ? `Number ${from}` : `Numbers ${from} to ${to}`;
        const have = from === to ? 'has' : 'have';
        print(yellow(`  ${numbers} of epoch ${epoch} ${have} not come.`));
      }
    });
}
