import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';

export function keepActivationCommand(): Command {
  return new Command('keep-activation')
    .description(
      "Keeps the service's answer to the statement that was carried, for a meter without a network.",
    )
    .requiredOption('--dir <dir>', "the meter's directory")
    .requiredOption('--answer <file>', 'what the service answered, JSON; - reads it from standard input')
    .addHelpText('after', examples('meter keep-activation --dir ./meter --answer answer.json'))
    .action(async (_options: unknown, command: Command) => {
      const { dir, answer, json } = optionsOf<{ dir: string; answer: string }>(command);
      const { finishActivation } = await import('@meterhouse/meter/activation');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { print, printJson } = await import('../../terminal/output.ts');
      const written = answer === '-' ? await text(process.stdin) : await readFile(answer, 'utf8');
      const meter = await finishActivation(await loadMeter(dir), parsed(written));
      const { activation, agent } = meter;
      if (json) return printJson({ agent, kid: meter.key.kid, ...activation });
      print(`Meter ${agent} is bound to service ${activation.service} in epoch ${activation.epoch}.`);
    });
}

/** What is no JSON is no answer, and the meter says so in its own words. */
function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}
