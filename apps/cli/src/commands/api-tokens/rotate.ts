import { Command, InvalidArgumentError, Option } from 'commander';
import { type FormOptions, formOf, withForms } from '../../output/form.ts';
import { withKey, withSequence } from '../../resources/resource-command.ts';
import { apiTokens } from '../../resources/tables/api-tokens.ts';
import { secondsOf } from '../../resources/tables/duration.ts';
import { examples, optionsOf } from '../globals.ts';

interface RotateOptions extends FormOptions {
  readonly grace: number;
  readonly to?: string;
  readonly sequence?: number;
  readonly idempotencyKey?: string;
  readonly [name: string]: unknown;
}

export function rotateCommand(): Command {
  const command = new Command('rotate')
    .description(
      `Makes another value for a token, with the same name, role and end. The old value goes on working for the time of --grace,
so that it can be put everywhere; then it ends. The new one is told once, as "api-tokens create" does.`,
    )
    .argument('<token>', 'its name or UUID; never its value')
    .addOption(
      new Option(
        '--grace <time>',
        'how long the old value goes on working, such as 0s, 30m or 2d; 7d at most',
      )
        .argParser(graceValue)
        .default(3600, '1h'),
    )
    .option('--to <file>', 'write the value into this new file, readable by you alone');
  return withForms(withKey(withSequence(command)), apiTokens.columns)
    .addHelpText(
      'after',
      examples('api-tokens rotate automation --to ./token', 'api-tokens rotate automation --grace 0s --json'),
    )
    .action(async (named: string, _options: unknown, command: Command) => {
      const options = optionsOf<RotateOptions>(command);
      const form = await formOf(options);
      const { connect } = await import('../../http/connect.ts');
      const { once } = await import('../../http/once.ts');
      const { itemPath } = await import('../../resources/item-path.ts');
      const { keepSecret } = await import('../../resources/keep-secret.ts');
      const { sequenceOf } = await import('../../resources/sequence-of.ts');
      const { wholly } = await import('../../resources/wholly.ts');
      const client = await connect(options);
      const path = await itemPath(client, apiTokens, named, options);
      const sequence = options.sequence ?? (await sequenceOf(client, path));
      const json = { sequence, graceSeconds: options.grace };
      const rotate = () => once(client, `${path}/rotate`, { method: 'POST', json }, options.idempotencyKey);
      await keepSecret(rotate, 'value', wholly(apiTokens.columns), form, options.to);
    });
}

function graceValue(text: string): number {
  try {
    return secondsOf(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
