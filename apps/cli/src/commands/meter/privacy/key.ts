import { Command } from 'commander';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function keyCommand(): Command {
  return new Command('key')
    .description(
      'The key that names are hidden with: meters that have the same one hide the same name alike.',
    )
    .addCommand(importCommand())
    .addCommand(exportCommand());
}

function importCommand(): Command {
  const command = new Command('import')
    .description(
      'Takes the key of another meter of yours. Before the first hour: once names were hidden, another key is refused.',
    )
    .argument('<file>', 'what "meter privacy key export" wrote there; - for standard input');
  return withMeter(command)
    .addHelpText('after', examples('meter privacy key import privacy.key'))
    .action(async (file: string, _options: unknown, command: Command) => {
      const { dir, json } = optionsOf<MeterPlace>(command);
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { importPrivacyKey } = await import('@meterhouse/meter/privacy');
      const { readPassword } = await import('../../../meter/password.ts');
      const { print, printJson } = await import('../../../terminal/output.ts');
      await loadMeter(dir);
      await importPrivacyKey(dir, await readPassword(file));
      if (json) return printJson({ imported: true });
      print('This meter hides names with that key from now on.');
    });
}

function exportCommand(): Command {
  const command = new Command('export')
    .description(
      `Writes the key into a new file that only you can read; without --to it goes to standard output. It is a secret: whoever has it
can try names until one fits. Back it up, or names of the past cannot be given back.`,
    )
    .option('--to <file>', 'a new file');
  return withMeter(command)
    .addHelpText('after', examples('meter privacy key export --to privacy.key'))
    .action(async (_options: unknown, command: Command) => {
      const { dir, to, json } = optionsOf<MeterPlace & { to?: string }>(command);
      const { loadMeter } = await import('@meterhouse/meter/identity');
      const { exportPrivacyKey } = await import('@meterhouse/meter/privacy');
      const { intoSecretFile } = await import('../../../resources/secret-file.ts');
      const { note, print, printJson } = await import('../../../terminal/output.ts');
      await loadMeter(dir);
      const make = async () => ({ key: (await exportPrivacyKey(dir, process.env)).trim() });
      if (to === undefined) {
        const { key } = await make();
        return json ? printJson({ key }) : print(key);
      }
      await intoSecretFile(to, make, 'key');
      if (json) return printJson({ to });
      note(`The key is in ${to}; only you can read it.`);
    });
}
