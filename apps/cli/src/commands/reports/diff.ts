import type { ReportType } from '@meterhouse/contract';
import { Command, Option } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';
import { TYPES, typeValue } from './selection.ts';

interface DiffOptions {
  readonly agent?: string;
  readonly type?: ReportType;
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('Compares reports line by line: two files, refs, months, or folders of sync.')
    .argument('<from>', 'a file (.tsv, .tsv.gz), a ref, a month, or a folder')
    .argument('<to>', 'another of the same kind')
    .option('--agent <uuid>', 'of this meter only', agentValue)
    .addOption(new Option('--type <type>', `only this report: ${TYPES.join(', ')}`).argParser(typeValue))
    .addHelpText(
      'after',
      `\nLines are met by the columns that the report is sorted by. Of months the monthly usage is compared, unless --type
says else. The exit status is 0 when they are equal and 8 when they differ.
${examples(
  'reports diff 2023-01 2023-02',
  'reports diff 2023-01 2023-02 --agent UUID --type CUSTOMER_MONTHLY_USAGE',
  'reports diff ./reports/2023-01 ./reports/2023-02',
  'reports diff before.tsv.gz after.tsv.gz --json',
)}`,
    )
    .action(async (from: string, to: string, _options: unknown, command: Command) => {
      const options = optionsOf<DiffOptions>(command);
      const { connect } = await import('../../http/connect.ts');
      const { EXIT } = await import('../../exit-codes.ts');
      const { comparePairs } = await import('../../journey/compare/compare-pairs.ts');
      const { findPairs } = await import('../../journey/compare/find-pairs.ts');
      const { note, print, printJson } = await import('../../terminal/output.ts');
      const { plain } = await import('../../terminal/plain.ts');
      const { tellComparisons } = await import('../../terminal/comparison-lines.ts');
      const pairs = await findPairs(() => connect(options), from, to, options);
      if (pairs.length === 0) {
        const { Failure } = await import('../../failure.ts');
        throw new Failure(`There is no report on either side.`, EXIT.notFound);
      }
      for (const side of ['from', 'to'] as const) {
        if (pairs.some((pair) => pair[side] !== undefined)) continue;
        note(plain(`${side === 'from' ? from : to} has no reports.`));
      }
      const result = await comparePairs(pairs);
      if (!result.equal) process.exitCode = EXIT.found;
      if (options.json) return printJson(result);
      for (const line of tellComparisons(result)) print(line);
    });
}
