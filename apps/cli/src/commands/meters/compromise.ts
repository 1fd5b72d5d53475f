import { Command } from 'commander';
import { withKey } from '../../resources/resource-command.ts';
import { examples, optionsOf } from '../globals.ts';
import { agentValue } from '../values.ts';

interface CompromiseOptions {
  readonly reason: string;
  readonly yes?: boolean;
  readonly idempotencyKey?: string;
}

export function compromiseCommand(): Command {
  return withKey(new Command('compromise'))
    .description(
      `Reports a key of a meter as in wrong hands. Nothing signed with it is taken from now on, and it signs in no more: make an
activation token and activate the meter again. It cannot be taken back. Packages that were taken before stay; correct those
that you do not trust.`,
    )
    .argument('<agent>', "the meter's UUID", agentValue)
    .argument('<kid>', 'which key; "meters keys" shows them')
    .requiredOption('--reason <text>', 'what happened; it stands in the audit log')
    .option('--yes', 'do not ask; needed where no terminal is')
    .addHelpText(
      'after',
      examples(
        "meters compromise 88531d1c-296e-4b47-8431-c0e8182148e7 NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs --reason 'the disk was sold'",
      ),
    )
    .action(async (agent: string, kid: string, _options: unknown, command: Command) => {
      const options = optionsOf<CompromiseOptions>(command);
      const { confirmDeletion } = await import('../../resources/confirm-deletion.ts');
      const { connect } = await import('../../http/connect.ts');
      const { once } = await import('../../http/once.ts');
      const { plain } = await import('../../terminal/plain.ts');
      const { print, printJson } = await import('../../terminal/output.ts');
      await confirmDeletion(plain(`Report the key ${kid} as in wrong hands, for ever?`), options.yes);
      const path = `/api/v1/meters/${agent}/keys/${encodeURIComponent(kid)}/compromise`;
      const call = { method: 'POST', json: { reason: options.reason } } as const;
      const key = await once(await connect(options), path, call, options.idempotencyKey);
      if (options.json) return printJson(key);
      print(`Nothing that is signed with ${kid} is taken any more.`);
      print(`Next: meterhouse meters activation-token ${agent}`);
    });
}
