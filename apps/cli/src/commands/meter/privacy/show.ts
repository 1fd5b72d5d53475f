import type { PrivacySettings } from '@meterhouse/meter/settings';
import { Command } from 'commander';
import { settingsOf } from '../../../meter/change-meter.ts';
import type { Column } from '../../../output/column.ts';
import { type FormOptions, formOf, withForms } from '../../../output/form.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

interface Attribute {
  readonly attribute: keyof PrivacySettings;
  readonly now: string;
  /** What waits, when it is another. */
  readonly next: string | null;
  readonly nextFrom: string | null;
}

const COLUMNS: readonly Column<Attribute>[] = [
  { name: 'attribute' },
  { name: 'now' },
  { name: 'next' },
  { name: 'nextFrom', title: 'From' },
];

export function showCommand(): Command {
  return withForms(withMeter(new Command('show')), COLUMNS)
    .description('Shows which names are hidden now, and which change waits for the start of the next month.')
    .addHelpText('after', examples('meter privacy show', "meter privacy show --query '[?next].attribute'"))
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<FormOptions & MeterPlace>(command);
      const form = await formOf(options);
      const { viewPrivacy } = await import('@meterhouse/meter/privacy');
      const { printList } = await import('../../../output/print-list.ts');
      const { privacy } = await settingsOf(options);
      const { now, next } = await viewPrivacy(options.dir, privacy, Date.now());
      const attributes = (Object.keys(now) as (keyof PrivacySettings)[]).map((attribute): Attribute => {
        const waits = next !== undefined && next.settings[attribute] !== now[attribute];
        return {
          attribute,
          now: now[attribute],
          next: waits ? next.settings[attribute] : null,
          nextFrom: waits ? new Date(next.from).toISOString() : null,
        };
      });
      await printList(attributes, COLUMNS, form);
    });
}
