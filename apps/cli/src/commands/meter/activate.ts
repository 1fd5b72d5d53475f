import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { examples, optionsOf } from '../globals.ts';
import { dirOption, type MeterPlace, settingsOption, settingsPathOf } from './place.ts';

export function activateCommand(): Command {
  return new Command('activate')
    .description(
      "Binds the meter's key to its registration; a later activation binds a fresh key in a new epoch. Without --server it is the service of its meter.yaml, whose serviceCaFile is trusted.",
    )
    .summary("binds the meter's key to its registration")
    .addOption(dirOption("the meter's directory"))
    .addOption(settingsOption())
    .requiredOption(
      '--activation-token <token>',
      'what an administrator made; - reads it from standard input',
    )
    .addHelpText(
      'after',
      examples(
        'meter activate --dir ./meter --server http://127.0.0.1:8390 --activation-token - < activation-token',
        'meters activation-token UUID | meterhouse meter activate --dir ./meter --activation-token -',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace & { activationToken: string }>(command);
      const { dir, activationToken, json } = options;
      const { activateMeter } = await import('@meterhouse/meter/activation');
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { reach } = await import('../../http/connect.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      const token = activationToken === '-' ? await text(process.stdin) : activationToken;
      const { service, serviceCaFile } = await settingsThere(settingsPathOf(options));
      const server = options.server ?? service;
      const reached = await reach({ ...options, ...(server !== undefined && { server }) });
      const meter = await activateMeter(await loadMeter(dir), reached.server, token.trim(), serviceCaFile);
      const { activation, agent } = meter;
      if (json) return printJson({ agent, kid: meter.key.kid, ...activation });
      print(`Meter ${agent} is bound to service ${activation.service} in epoch ${activation.epoch}.`);
    });
}

/** What a meter.yaml says of the service; nothing of a meter that has none, such as one that replays traces. */
async function settingsThere(
  path: string,
): Promise<{ service?: string | undefined; serviceCaFile?: string | undefined }> {
  if (!existsSync(path)) return {};
  const { readSettings } = await import('@meterhouse/meter/settings');
  return readSettings(path, process.env);
}
