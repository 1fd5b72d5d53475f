import {
  type OrganisationQuotas,
  QUOTA_NAMES,
  QUOTAS,
  type QuotaName,
  type WhoAmI,
} from '@meterhouse/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { withKey } from '../../resources/resource-command.ts';
import { examples, optionsOf } from '../globals.ts';
import { COLUMNS } from './columns.ts';

interface Options extends FormOptions, Partial<Record<QuotaName, number | 'usual'>> {
  readonly sequence?: number;
  readonly idempotencyKey?: string;
}

export function changeCommand(): Command {
  const command = new Command('change').description(
    `Sets how much an organisation may use; for operators. Name it with --organisation. Quotas that are not named stay as they are.`,
  );
  for (const quota of QUOTA_NAMES)
    command.addOption(
      new Option(
        `--${dashed(quota)} <number>`,
        `${QUOTAS[quota]} "usual" takes what the service is set to`,
      ).argParser(limitValue),
    );
  command.option(
    '--sequence <number>',
    'refuse when it is another by now; 0 before the first change',
    sequenceValue,
  );
  return withForms(withKey(command), COLUMNS)
    .addHelpText(
      'after',
      examples(
        'quotas change --organisation "Acme Cloud" --meters 2000',
        'quotas change --organisation "Acme Cloud" --uploads-per-day usual',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<Options>(command);
      const form = await formOf(options);
      const given = QUOTA_NAMES.flatMap((quota) => {
        const limit = options[quota];
        return limit === undefined ? [] : [[quota, limit === 'usual' ? null : limit] as const];
      });
      const { EXIT } = await import('../../exit-codes.ts');
      const { Failure } = await import('../../failure.ts');
      if (given.length === 0)
        throw new Failure('There is nothing to change.', EXIT.usage, {
          advice: `Say what: ${QUOTA_NAMES.map((quota) => `--${dashed(quota)}`).join(', ')}.`,
        });
      const { connect } = await import('../../http/connect.ts');
      const { once } = await import('../../http/once.ts');
      const { printList } = await import('../../output/print-list.ts');
      const client = await connect(options);
      const { organisation } = await client.json<WhoAmI>('/api/v1/whoami');
      const path = `/api/v1/organisations/${organisation.id}/quotas`;
      const { organisationId: _id, items: _uses, ...present } = await client.json<OrganisationQuotas>(path);
      const json = {
        ...present,
        ...Object.fromEntries(given),
        sequence: options.sequence ?? present.sequence,
      };
      const changed = await once(client, path, { method: 'PUT', json }, options.idempotencyKey);
      await printList((changed as OrganisationQuotas).items, COLUMNS, form);
    });
}

/** `uploadsPerDay` → `uploads-per-day` */
const dashed = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Not null for "usual": commander makes an empty text of what is null. */
function limitValue(text: string): number | 'usual' {
  if (text === 'usual') return text;
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Write a whole number, or "usual".');
  return Number(text);
}

function sequenceValue(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}
