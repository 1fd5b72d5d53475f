import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

interface Options {
  readonly file: string;
  readonly plan?: boolean;
  readonly prune?: boolean;
  readonly secretsDir?: string;
  readonly yes?: boolean;
}

export function applyCommand(): Command {
  return new Command('apply')
    .description(
      `Makes so what a file declares: organisations, quotas, people, contracts, sites, customers and their rules, meters, API tokens.
It shows a plan, asks, and changes what differs and nothing else; the same file twice changes nothing. "meterhouse export" writes
such a file. Administrators declare their own organisation, operators several. What the file does not name stays, unless --prune
is given: then what it does not name goes, of the lists that it has (a list that is empty names none) and in the organisations that it names.`,
    )
    .requiredOption('-f, --file <file>', 'the declaration, YAML; - for standard input')
    .option('--plan', 'only show the plan; exit status 8 when there is something to change')
    .option('--prune', 'delete what is not declared, in the lists that the file has')
    .option(
      '--secrets-dir <dir>',
      'where the values of new API tokens go that name no file: DIR/ORGANISATION/NAME-ROLE, readable by you alone',
    )
    .option('--yes', 'do not ask; needed where no terminal is')
    .addHelpText(
      'after',
      examples(
        'apply -f provider.yaml --plan',
        'apply -f provider.yaml --secrets-dir ./secrets',
        'apply -f provider.yaml --prune --yes',
        'export | meterhouse apply -f - --plan',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<Options>(command);
      const { applyFile } = await import('../declaration/apply-file.ts');
      process.exitCode = await applyFile(options);
    });
}
