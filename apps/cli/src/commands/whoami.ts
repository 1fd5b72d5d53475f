import type { WhoAmI } from '@meterhouse/contract';
import { Command } from 'commander';
import type { Column } from '../output/column.ts';
import { type FormOptions, formOf, withForms } from '../output/form.ts';
import { examples, optionsOf } from './globals.ts';

const COLUMNS: readonly Column<WhoAmI>[] = [
  { name: 'organisation', of: ({ organisation }) => organisation.name },
  { name: 'organisationId', of: ({ organisation }) => organisation.id },
  { name: 'homeOrganisation', title: 'Your own', of: ({ homeOrganisation }) => homeOrganisation?.name },
  { name: 'role' },
  { name: 'operator', title: 'Runs the service', show: (is) => (is ? 'yes' : 'no') },
  { name: 'token', of: ({ token }) => token?.name },
  { name: 'lastFour', title: 'Ends in', of: ({ token }) => token?.lastFour },
  { name: 'actor' },
  { name: 'accessTokenExpiresAt', title: 'Signed in until' },
];

export function whoamiCommand(): Command {
  return withForms(new Command('whoami'), COLUMNS)
    .description('Says who you are to the service: your organisation, your role, and the token that says so.')
    .addHelpText('after', examples('whoami', 'whoami --query role'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const { connect } = await import('../http/connect.ts');
      const { readIdentity } = await import('../http/read-identity.ts');
      const { printItem } = await import('../output/print-list.ts');
      const form = await formOf(options);
      await printItem(await readIdentity(await connect(options)), COLUMNS, form);
    });
}
