import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

export function initCommand(): Command {
  return new Command('init')
    .description('Makes a meter: a UUID and a signing key in a directory of its own.')
    .requiredOption('--dir <dir>', 'the directory; only you will be able to read it')
    .option('--agent <uuid>', 'the UUID, where it is known already', agentValue)
    .addHelpText('after', examples('meter init --dir ./meter'))
    .action(async (_options: unknown, command: Command) => {
      const { dir, agent, json } = optionsOf<{ dir: string; agent?: string }>(command);
      const { initMeter } = await import('@meterhouse/meter');
      const { print, printJson } = await import('../../terminal/output.ts');
      const meter = await initMeter(dir, agent);
      if (json) return printJson({ agent: meter.agent, dir, kid: meter.key.kid });
      print(`Meter ${meter.agent} is made in ${dir}.`);
      print(`Next: meterhouse meters register ${meter.agent} --label NAME --contract NUMBER`);
    });
}
