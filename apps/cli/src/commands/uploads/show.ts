import type { UploadDetail } from '@meterhouse/contract';
import { Command } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { UPLOAD_COLUMNS } from './columns.ts';

export function showCommand(): Command {
  return withForms(new Command('show'), UPLOAD_COLUMNS)
    .description('Shows one package and what became of each of its hours.')
    .argument('<agent>', "the meter's UUID", agentValue)
    .argument('<upload>', 'the id that "uploads list" shows')
    .addHelpText('after', examples('uploads show 88531d1c-296e-4b47-8431-c0e8182148e7 UPLOAD'))
    .action(async (agent: string, id: string, _options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printItem } = await import('../../output/print-list.ts');
      const path = `/usage/api/v1/agents/${agent}/uploads/${encodeURIComponent(id)}`;
      const upload = await (await connect(options)).json<UploadDetail>(path);
      await printItem<UploadDetail>(upload, UPLOAD_COLUMNS, form, draw);
    });
}

async function draw(upload: UploadDetail): Promise<string> {
  const { bold, heading, red } = await import('../../terminal/style.ts');
  const { plain } = await import('../../terminal/plain.ts');
  const { table } = await import('../../terminal/table.ts');
  const { bytes, count, plural } = await import('../../terminal/numbers.ts');
  const { faultLines } = await import('../../explain.ts');
  const { vm, host, cluster } = upload.records;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Upload', upload.uploadId],
    ['State', upload.state],
    ['Digest', upload.digest],
    ['Records', `${count(vm)} vm, ${count(host)} host, ${count(cluster)} cluster; ${bytes(upload.bytes)}`],
    ['Received', `${upload.receivedAt} by ${upload.receivedBy}`],
    ['Loaded', upload.loadedAt],
    ['Corrects', upload.correctionReason],
  ];
  const lines = [heading(`Package ${upload.number} of epoch ${upload.epoch}, ${upload.month}`)];
  for (const [name, value] of facts) {
    if (value !== undefined) lines.push(`  ${bold(name.padEnd(10))} ${plain(value)}`);
  }
  if (upload.faultCount !== undefined) {
    lines.push(red(`  Refused for ${plural(upload.faultCount, 'fault')}:`));
    for (const fault of faultLines(upload.faults)) lines.push(`    ${plain(fault)}`);
  }
  lines.push(
    '',
    table(
      ['Product', 'Hour', 'Status', 'Outcome'],
      upload.slices.map(({ product, hour, status, outcome }) => [product, hour, status, outcome]),
      { empty: 'No hour of it counts.' },
    ),
  );
  return lines.join('\n');
}
