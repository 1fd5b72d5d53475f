/** The command `meterhouse`: its options, its commands, and what it ends with. */
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { CATALOGUE, type Entry } from './catalogue.ts';
import { EXIT_HELP } from './exit-codes.ts';

const HELP = `
Environment:
  METERHOUSE_TOKEN         API token to sign in with, before any that login
                           kept; never taken from the command line
  METERHOUSE_SERVER        address of the service
  METERHOUSE_PROFILE       the profile of login to use
  METERHOUSE_ORGANISATION  the organisation that an operator acts in
  NODE_EXTRA_CA_CERTS      PEM file of an authority to trust, as --ca-file
  NO_COLOR                 no colours

Files:
  $XDG_CONFIG_HOME/meterhouse/credentials (else ~/.config/…) holds what login
  keeps; it must be readable by you alone.
${EXIT_HELP}

Examples:
  $ meterhouse demo
  $ meterhouse serve --data ./data
  $ meterhouse login --server https://meterhouse.example
  $ meterhouse reports show --month 2023-01`;

const SEE_ALSO = `
The exit status is 0 when it is done; meterhouse --help tells every other one, the environment and the files.`;

/**
 * @param words of the command line: commands that none of them names are known by name and summary alone, which is all that
 *   help and "did you mean" need. Left out: every command is loaded.
 */
export async function createProgram(words?: readonly string[]): Promise<Command> {
  const program = new Command('meterhouse')
    .description(
      'Usage metering for cloud providers: the service, the meter, and what a person does with them.',
    )
    .version(packageJson.version)
    .option('--server <url>', 'address of the service (METERHOUSE_SERVER, else http://127.0.0.1:8390)')
    .option('--profile <name>', 'sign in as login kept it under this name')
    .option('--organisation <name>', 'act in this organisation; for operators')
    .option('--ca-file <pem>', 'trust this authority for https, beside those of the system')
    .option('--json', 'answer in JSON, for scripts')
    .addHelpText('after', HELP)
    .addHelpText('afterAll', ({ command }) => (command.parent === null ? '' : SEE_ALSO))
    .addHelpCommand(
      new Command('help')
        .argument('[command...]')
        .description('tells about a command, as its --help does')
        .helpGroup('This program:'),
    );
  for (const [group, entries] of Object.entries(CATALOGUE)) {
    for (const entry of entries) {
      const asked = words === undefined || words.includes(entry.name);
      program.addCommand((asked ? await entry.load(words) : stubOf(entry)).helpGroup(group));
    }
  }
  return program;
}

function stubOf({ name, summary }: Entry): Command {
  return new Command(name).summary(summary).description(summary);
}
