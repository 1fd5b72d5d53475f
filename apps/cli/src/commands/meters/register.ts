import type { RegistrationRequest } from '@meterhouse/contract';
import { Command, Option } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

interface RegisterOptions {
  readonly label?: string;
  readonly contract?: string;
  readonly site?: string;
  readonly mode?: 'PRODUCTION' | 'TEST';
  readonly connectivity?: 'ONLINE' | 'OFFLINE';
  readonly agentVersion?: string;
  readonly wait: boolean;
}

/** The flag that makes each member of the request. */
const FLAGS = {
  label: '--label',
  contractNumber: '--contract',
  siteName: '--site',
  meteringMode: '--mode',
  connectivityMode: '--connectivity',
  version: '--agent-version',
};

export function registerCommand(): Command {
  return new Command('register')
    .description(
      `Registers a meter, or changes what it is registered with; what else is left out stays as it is. On a terminal it asks for
what was left out: the label, then contract and site from those that there are, and the mode.`,
    )
    .argument('[agent]', "the meter's UUID; needed where no terminal is", agentValue)
    .option('--label <text>', 'what people call it; needed where no terminal is')
    .option('--contract <number>', 'the contract its usage is billed under')
    .option('--site <name>', 'the site of that contract where it stands')
    .addOption(
      new Option(
        '--mode <mode>',
        'whether its usage is billed; PRODUCTION at the first registration',
      ).choices(['PRODUCTION', 'TEST']),
    )
    .addOption(
      new Option(
        '--connectivity <mode>',
        'whether it reaches the service; ONLINE at the first registration',
      ).choices(['ONLINE', 'OFFLINE']),
    )
    .option('--agent-version <version>', 'of the meter, such as 4.6; counts at the first registration')
    .option('--no-wait', 'do not wait until the registration is through')
    .addHelpText(
      'after',
      examples(
        'meters register',
        'meters register 88531d1c-296e-4b47-8431-c0e8182148e7 --label um46 --contract 1012345 --site "Site A"',
      ),
    )
    .action(async (agent: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<RegisterOptions>(command);
      const { connect } = await import('../../http/connect.ts');
      const { completeRegistration } = await import('../../journey/complete-registration.ts');
      const { registerMeter } = await import('../../journey/register-meter.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const client = await connect(options);
      const request = await completeRegistration(client, requestOf(agent, options));
      const { inFlags } = await import('../../resources/refusal-words.ts');
      const result = await registerMeter(client, request, options.wait).catch((error: unknown) => {
        throw inFlags(error, FLAGS);
      });
      if (options.json) return printJson(result);
      const { agentId } = result;
      const words = {
        unchanged: `${agentId} is registered like this already.`,
        started: `The registration of ${agentId} has started.`,
        registered: `${agentId} is registered${result.contractNumber ? ` under contract ${result.contractNumber}` : ' without a contract'}.`,
      };
      print(words[result.state]);
    });
}

function requestOf(agent: string | undefined, options: RegisterOptions): Partial<RegistrationRequest> {
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(options.label !== undefined && { label: options.label }),
    ...(options.contract !== undefined && { contractNumber: options.contract }),
    ...(options.site !== undefined && { siteName: options.site }),
    ...(options.mode !== undefined && { meteringMode: options.mode }),
    ...(options.connectivity !== undefined && { connectivityMode: options.connectivity }),
    ...(options.agentVersion !== undefined && { version: options.agentVersion }),
  };
}
