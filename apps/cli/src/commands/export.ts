import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';

export function exportCommand(): Command {
  return new Command('export')
    .description(
      `Writes what the service has as a file that "meterhouse apply" takes, in YAML: organisations, quotas, people, contracts,
sites, customers and their rules, meters, API tokens. No secret is in it. Two exports of the same state are the same text.
Administrators export their own organisation, operators all, or the one that --organisation names.`,
    )
    .option(
      '--to <file>',
      'write it into this file, in place of the one that is there; otherwise to standard output',
    )
    .addHelpText(
      'after',
      examples('export', 'export --to provider.yaml', 'export --organisation "Acme Cloud" --to acme.yaml'),
    )
    .action(async (_options: unknown, command: Command) => {
      const { to, ...globals } = optionsOf<{ to?: string }>(command);
      const { rename, writeFile } = await import('node:fs/promises');
      const { connect } = await import('../http/connect.ts');
      const { exportDeclaration } = await import('../declaration/export-declaration.ts');
      const { note } = await import('../terminal/output.ts');
      const yaml = await exportDeclaration(await connect(globals));
      if (to === undefined) {
        process.stdout.write(yaml);
        return;
      }
      // Whole or not at all: a full disk leaves the file that was there.
      await writeFile(`${to}.part`, yaml);
      await rename(`${to}.part`, to);
      note(`Written to ${to}.`);
    });
}
