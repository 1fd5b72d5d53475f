import type { UploadDetail } from '@meterhouse/contract';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function showCommand(): Command {
  return new Command('show')
    .description('show one package and what became of each of its hours')
    .argument('<agent>', "the meter's UUID", agentValue)
    .argument('<upload>', 'the id that "uploads list" shows')
    .addHelpText('after', examples('uploads show 88531d1c-296e-4b47-8431-c0e8182148e7 UPLOAD'))
    .action(async (agent: string, id: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { json } = options;
      const { connect } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const upload = await (await connect(options)).json<UploadDetail>(
        `/usage/api/v1/agents/${agent}/uploads/${encodeURIComponent(id)}`,
      );
      if (json) return printJson(upload);
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
        [
          'Records',
          `${count(vm)} vm, ${count(host)} host, ${count(cluster)} cluster; ${bytes(upload.bytes)}`,
        ],
        ['Received', `${upload.receivedAt} by ${upload.receivedBy}`],
        ['Loaded', upload.loadedAt],
        ['Corrects', upload.correctionReason],
      ];
      print(heading(`Package ${upload.number} of epoch ${upload.epoch}, ${upload.month}`));
      for (const [name, value] of facts) {
        if (value !== undefined) print(`  ${bold(name.padEnd(10))} ${plain(value)}`);
      }
      if (upload.faultCount !== undefined) {
        print(red(`  Refused for ${plural(upload.faultCount, 'fault')}:`));
        for (const fault of faultLines(upload.faults)) print(`    ${plain(fault)}`);
      }
      print();
      print(
        table(
          ['Product', 'Hour', 'Status', 'Outcome'],
          upload.slices.map(({ product, hour, status, outcome }) => [product, hour, status, outcome]),
          { empty: 'No hour of it counts.' },
        ),
      );
    });
}
