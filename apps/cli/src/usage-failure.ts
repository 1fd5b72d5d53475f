import type { Command, CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';

/**
 * What commander refused, in our words: everything that is missing at once, and where help is.
 * @param command the one whose words were being read
 */
export function usageFailure(error: CommanderError, command: Command): Failure {
  const advice = `${pathOf(command)} --help tells more.`;
  const missing = missingOf(command);
  if (error.code.startsWith('commander.missing') && missing.length > 0) {
    const words = missing.length === 1 ? 'Something is missing.' : `${missing.length} things are missing.`;
    return new Failure(words, EXIT.usage, { faults: missing, advice });
  }
  const [first = '', hint] = error.message.replace(/^error: /, '').split('\n');
  // An unknown option may carry a secret, as in --token=…; its name is enough.
  const words = error.code === 'commander.unknownOption' ? first.replace(/=.*'$/s, "'") : first;
  return new Failure(sentence(words), EXIT.usage, {
    advice: hint === undefined ? advice : `${hint.replace(/^\(|\)$/g, '')} ${advice}`,
  });
}

/** A command that only has subcommands was named alone: its help was shown, and nothing was done. */
export function helpFailure(): Failure {
  return new Failure('Which command?', EXIT.usage, { advice: 'The help above names them.' });
}

/** Arguments and options that must be there and are not. */
function missingOf(command: Command): string[] {
  const args = command.registeredArguments
    .filter(({ required }, index) => required && command.args[index] === undefined)
    .map((argument) => `<${argument.name()}>: ${argument.description}${choicesOf(argument.argChoices)}`);
  const options = command.options
    .filter((option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined)
    .map(({ flags, description, argChoices }) => `${flags}: ${description}${choicesOf(argChoices)}`);
  return [...args, ...options];
}

const choicesOf = (choices: readonly string[] | undefined): string =>
  choices === undefined ? '' : ` (${choices.join(', ')})`;

/** `meterhouse meters list` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
