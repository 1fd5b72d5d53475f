import type { AuditVerification } from '@meterhouse/contract';
import { Command } from 'commander';
import { EXIT } from '../../exit-codes.ts';
import type { Column } from '../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { examples, optionsOf } from '../globals.ts';

const COLUMNS: readonly Column<AuditVerification>[] = [
  { name: 'intact' },
  { name: 'entries', right: true },
  { name: 'head' },
  { name: 'brokenAt', title: 'Broken at', of: ({ brokenAt }) => brokenAt?.id },
  { name: 'reason', of: ({ brokenAt }) => brokenAt?.reason },
];

export function verifyCommand(): Command {
  return withForms(new Command('verify'), COLUMNS)
    .description(
      `Computes the chain of the whole audit log again and says whether every entry is as it was written; for operators. Keep the
head somewhere else: a log that was rewritten as a whole has another one. The exit status is 8 when an entry does not fit.`,
    )
    .addHelpText('after', examples('audit-log verify', 'audit-log verify --query head'))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { printItem } = await import('../../output/print-list.ts');
      const verification = await (await connect(options)).json<AuditVerification>(
        '/api/v1/audit-log/verification',
      );
      if (!verification.intact) process.exitCode = EXIT.found;
      await printItem(verification, COLUMNS, form);
    });
}
