import { Command, InvalidArgumentError } from 'commander';
import { changeMeter } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

export function removeCommand(): Command {
  const command = new Command('remove')
    .description(
      'Takes rules out of meter.yaml, all that are named or none. Usage that was labelled before keeps its label.',
    )
    .argument('<id...>', 'numbers of rules; "meter rules list" shows them', rule);
  return withMeter(command)
    .addHelpText('after', examples('meter rules remove 3', 'meter rules remove 3 4 7'))
    .action(async (ids: readonly number[], _options: unknown, command: Command) => {
      const options = optionsOf<MeterPlace>(command);
      const { print, printJson } = await import('../../../terminal/output.ts');
      const changes = [...new Set(ids)].map((id) => ({ kind: 'remove-rule' as const, id }));
      await changeMeter(options, changes);
      if (options.json) return printJson({ removed: ids });
      print(ids.length === 1 ? `Rule ${ids[0]} is removed.` : `${ids.length} rules are removed.`);
    });
}

function rule(text: string, before: readonly number[] | undefined): readonly number[] {
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw new InvalidArgumentError(
      'Write the number of a rule of meter.yaml; rules of the service: meterhouse customer-rules --help.',
    );
  return [...(before ?? []), Number(text)];
}
