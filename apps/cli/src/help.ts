import type { Command, HelpConfiguration, Option } from 'commander';

/**
 * How help reads: a command tells of itself in whole sentences, wrapped to the reader's window; in a list of commands it has the
 * first of them, written as the options are.
 */
export const HELP_STYLE: HelpConfiguration = {
  showGlobalOptions: true,
  commandDescription: (command) => unwrapped(command.description()),
  subcommandDescription: (command) => fragmentOf(command),
  optionDescription: (option) => `${option.description}${notesOf(option)}`,
};

/** What a command cannot do without, what may be chosen, and what is taken where nothing is said. */
function notesOf({ mandatory, argChoices, required, optional, ...option }: Option): string {
  const { defaultValue, defaultValueDescription, presetArg, envVar } = option;
  const notes = [
    ...(mandatory ? ['needed'] : []),
    ...(envVar === undefined ? [] : [envVar]),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    // Of a switch the default is that it is off.
    ...((required || optional) && defaultValue !== undefined
      ? [`default: ${defaultValueDescription ?? String(defaultValue)}`]
      : []),
    ...(presetArg === undefined ? [] : [`without a value: ${String(presetArg)}`]),
  ];
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`;
}

/** Line breaks of the source become blanks; paragraphs stay. */
function unwrapped(text: string): string {
  return text.replaceAll(/(?<!\n)\n(?!\n)/g, ' ');
}

function fragmentOf(command: Command): string {
  const text = unwrapped(command.summary() || command.description());
  const [sentence = ''] = text.split(/\.(?=\s|$)/, 1);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
