import type { UploadPage, UploadSummary } from '@meterhouse/contract';
import { Command } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { UPLOAD_COLUMNS } from './columns.ts';

type Uploads = Pick<UploadPage, 'items' | 'missing'>;

export function listCommand(): Command {
  return withForms(new Command('list'), UPLOAD_COLUMNS)
    .description(
      `Lists a meter's packages, the newest first, and the numbers of its chain that have not come. In JSON, and for a query, these
are the members "items" and "missing"; CSV has the packages.`,
    )
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText(
      'after',
      examples(
        'uploads list 88531d1c-296e-4b47-8431-c0e8182148e7',
        "uploads list 88531d1c-296e-4b47-8431-c0e8182148e7 --query 'items[?state==`refused`].uploadId'",
      ),
    )
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printItem, printList } = await import('../../output/print-list.ts');
      const client = await connect(options);
      const path = `/usage/api/v1/agents/${agent}/uploads`;
      const items: UploadSummary[] = [];
      let page: UploadPage | undefined;
      do {
        page = await client.json<UploadPage>(path, { query: { limit: 200, cursor: page?.nextCursor } });
        items.push(...page.items);
      } while (page.nextCursor !== undefined);
      const uploads = { items, missing: page.missing };
      if (form.query === undefined && (form.kind === 'csv' || form.columns !== undefined))
        return printList(items, UPLOAD_COLUMNS, form);
      await printItem<Uploads>(uploads, [], form, draw);
    });
}

async function draw({ items, missing }: Uploads): Promise<string> {
  const { drawList } = await import('../../output/print-list.ts');
  const { yellow } = await import('../../terminal/style.ts');
  const gaps = missing.map(({ epoch, from, to }) => {
    const numbers = from === to ? `Number ${from}` : `Numbers ${from} to ${to}`;
    return yellow(`  ${numbers} of epoch ${epoch} ${from === to ? 'has' : 'have'} not come.`);
  });
  return [await drawList(items, UPLOAD_COLUMNS, 'The meter has sent nothing yet.'), ...gaps].join('\n');
}
