import type { MeterDetail } from '@meterhouse/contract';
import { Command } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { METER_COLUMNS } from './columns.ts';

export function showCommand(): Command {
  return withForms(new Command('show'), METER_COLUMNS)
    .description('Shows one meter, deleted or not, and what it was billed under from which hour on.')
    .argument('<agent>', "the meter's UUID", agentValue)
    .addHelpText(
      'after',
      examples(
        'meters show 88531d1c-296e-4b47-8431-c0e8182148e7',
        'meters show 88531d1c-296e-4b47-8431-c0e8182148e7 --query key.kid',
      ),
    )
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printItem } = await import('../../output/print-list.ts');
      const meter = await (await connect(options)).json<MeterDetail>(`/api/v1/meters/${agent}`);
      await printItem(meter, METER_COLUMNS, form, draw);
    });
}

async function draw(meter: MeterDetail): Promise<string> {
  const { heading } = await import('../../terminal/style.ts');
  const { plain } = await import('../../terminal/plain.ts');
  const { factLines } = await import('../../output/fact-lines.ts');
  const { drawTable } = await import('../../output/draw-table.ts');
  const { wholly } = await import('../../resources/wholly.ts');
  const columns = wholly(METER_COLUMNS).filter(({ name }) => name !== 'label');
  const assignments = meter.assignments.map(({ from, meteringMode, contractNumber, siteName }) => [
    from ?? 'the beginning',
    meteringMode,
    contractNumber ?? '',
    siteName ?? '',
  ]);
  const titles = ['From', 'Mode', 'Contract', 'Site'].map((title) => ({ name: title, title }));
  return [heading(plain(meter.label)), ...factLines(columns, meter), '', drawTable(titles, assignments)].join(
    '\n',
  );
}
